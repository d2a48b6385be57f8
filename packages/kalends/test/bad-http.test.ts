import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { toKalendsError, type KalendsError } from "@kalends/model";
import type { SyncReport } from "kalends";
import { fitEntry, isForReading, loadBadHttp, recoversAfter, type BadEntry, type BadHttp, type Played } from "./bad-http-entries.ts";
import { canary, openBadHttpStage, storedCursor, type BadHttpStage } from "./bad-http-stage.ts";
import { readObjects } from "./read-replica.ts";

const badHttp = await loadBadHttp();
const reading = badHttp?.entries.filter(isForReading) ?? [];

/** Which requests the entry's server gets; all others go on to the sandbox. */
function isPlayed(entry: BadEntry, request: string): boolean {
  if (entry.op === "sync-collection") return request.includes("sync-collection");
  if (entry.op === "full-list") return request.includes("sync-collection") || (/^PROPFIND/.test(request) && (/\r\ndepth: 1/i.test(request) || entry.id.startsWith("caldav-collection-404")));
  return true;
}

/** What happened, seen from outside. */
interface Seen {
  report: SyncReport | null;
  error: KalendsError | null;
  failures: SyncReport[];
  /** Requests that the bad server got. */
  requests: number;
  /** The entry ends in a good answer. */
  recovered: boolean;
  /** Time between requests, in ms. */
  gaps: number[];
  ms: number;
  heapMiB: number;
  cursorBefore: string | null;
  cursorAfter: string | null;
  before: string[];
  after: string[];
  quarantined: number;
  connectionState: string;
  again: number | null;
}

async function play(stage: BadHttpStage, entry: BadEntry, served: Played): Promise<Seen> {
  const { kalends, calendarId, database, gate, sandboxPort } = stage;
  const names = (): string[] => readObjects(database, calendarId).map(({ key }) => key.slice(key.lastIndexOf("/") + 1));
  const [before, cursorBefore] = [names(), storedCursor(database, calendarId)];
  const playedPort = Number(new URL(served.origin).port);
  const recovery = recoversAfter(entry);
  const times: number[] = [];
  gate.choose = (request) => {
    times.push(performance.now());
    return isPlayed(entry, request) && served.log.length < recovery ? playedPort : sandboxPort;
  };
  const heapBefore = process.memoryUsage().heapUsed;
  let heapMost = heapBefore;
  const sampling = setInterval(() => (heapMost = Math.max(heapMost, process.memoryUsage().heapUsed)), 5);
  const started = performance.now();
  const failures: SyncReport[] = [];
  let report: SyncReport | null = null;
  let error: KalendsError | null = null;
  if (entry.op === "discovery") {
    error = await kalends.connectCaldav({ accountId: stage.accountId, ...stage.login }).then(() => null, toKalendsError);
  } else {
    report = await kalends.syncCalendar(calendarId, { fresh: entry.op === "full-list" });
    // The scheduler would come back at `nextTry`; here the test does, where that is soon.
    const isSoon = (nextTry: string | null): boolean => nextTry !== null && Date.parse(nextTry) - Date.now() < 1_000;
    while (!report.ok && failures.length < 2 && isSoon(report.nextTry) && recovery !== Number.POSITIVE_INFINITY) {
      failures.push(report);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, Date.parse(report?.nextTry ?? "") - Date.now())));
      report = await kalends.syncCalendar(calendarId);
    }
  }
  const ms = performance.now() - started;
  clearInterval(sampling);
  const requests = served.log.length;
  let again: number | null = null;
  if (report?.error?.code === "rate-limited") {
    // While a provider's Retry-After runs, no request leaves at all.
    const sent = served.log.length + stage.sandbox.requests.length;
    await kalends.syncCalendar(calendarId);
    again = served.log.length + stage.sandbox.requests.length - sent;
  }
  const [connection] = await kalends.listConnections();
  return {
    report,
    error,
    failures,
    requests,
    recovered: recovery !== Number.POSITIVE_INFINITY,
    gaps: times.slice(1).map((time, at) => Math.round(time - (times[at] ?? 0))),
    ms,
    heapMiB: (heapMost - heapBefore) / 1024 / 1024,
    cursorBefore,
    cursorAfter: storedCursor(database, calendarId),
    before,
    after: names(),
    quarantined: (await kalends.quarantined(calendarId)).length,
    connectionState: connection?.state ?? "",
    again,
  };
}

/** All words of the manifest that describe what happened. */
function outcomeWords(seen: Seen): Set<string> {
  const words = new Set<string>();
  const code = seen.error?.code ?? seen.report?.error?.code ?? null;
  const nothingLost = seen.before.every((name) => seen.after.includes(name));
  if (code === null) {
    if (seen.quarantined > 0) words.add("item-warning");
    else words.add(seen.recovered ? "retry-ok" : "ok");
    if (seen.report?.pass === "snapshot" && seen.cursorBefore !== null) words.add("full-resync");
    return words;
  }
  words.add("typed-error");
  if (seen.connectionState === "needs-reauth" || code === "auth-failed" || code === "auth-unsupported") words.add("reauth");
  if (code === "rate-limited" && seen.report?.nextTry != null) words.add("deferred");
  if (code === "redirect-refused" || code === "address-refused") words.add("refuse");
  // Nothing was removed, and the list was read a second time before the run gave up.
  if (nothingLost && seen.requests >= 2) words.add("held-for-confirmation");
  return words;
}

const codes: Readonly<Record<string, readonly string[]>> = {
  BAD_RESPONSE: ["answer-invalid", "not-calendar-data", "response-incomplete", "network-unreachable"],
  RESPONSE_TOO_LARGE: ["response-too-large", "answer-invalid", "not-calendar-data"],
  TIMEOUT: ["network-timeout"],
  PROVIDER: ["server-error", "answer-invalid"],
  THROTTLED: ["rate-limited"],
  REDIRECT: ["redirect-refused", "address-refused", "not-calendar-data", "caldav-not-found"],
  BLOCKED_ADDRESS: ["address-refused", "redirect-refused"],
  CALENDAR_GONE: ["calendar-gone"],
  AUTH: ["auth-failed", "auth-unsupported", "network-unreachable", "answer-invalid"],
};

/** The checkable part of the manifest's `must` words; those about writes and other providers do not occur here. */
function checkMusts(entry: BadEntry, seen: Seen, stage: BadHttpStage, served: Played): void {
  const lost = seen.before.filter((name) => !seen.after.includes(name));
  const asked = [...served.log.map(({ head }) => head), ...stage.sandbox.requests.map(({ path }) => path)].join("\n");
  const checks: Record<string, () => void> = {
    "cursor-unchanged": () => expect(seen.cursorAfter).toBe(seen.cursorBefore),
    "replica-unchanged": () => expect(seen.after).toEqual(seen.before),
    "nothing-deleted": () => expect(lost).toEqual([]),
    "no-mass-delete-on-one-answer": () => expect(lost).toEqual([]),
    "confirmed-by-a-second-read": () => expect(seen.requests).toBeGreaterThanOrEqual(2),
    "event-a-deleted": () => expect(lost).toEqual(["a.ics"]),
    "event-ok-delivered": () => expect(seen.after).toContain("ok.ics"),
    "page-b-fetched": () => expect(seen.after).toContain("b.ics"),
    "not-fetched": () => expect(asked).not.toMatch(/secret|other/),
    "nothing-fetched": () => expect(stage.lookups).toEqual([]),
    "no-header-injected": () => expect(asked).not.toMatch(/^set-cookie:/im),
    // A name may be looked up; the connection itself is refused, as nothing but the gate is allowed.
    "no-credential-sent-to-another-origin": () => expect(seen.report?.error?.code ?? "redirect-refused").toMatch(/-refused$/),
    "no-connection-attempted-to-target": () => expect(stage.dials.filter((each) => each !== stage.gate.host)).toEqual([]),
    "Object.prototype-unchanged": () => expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined(),
    "no-NaN": () => expect(JSON.stringify(seen)).not.toMatch(/NaN|Infinity/),
    "second-request-not-before-120-s-virtual-time": () => {
      expect(Date.parse(seen.report?.nextTry ?? "") - Date.now()).toBeGreaterThan(110_000);
      expect(seen.again).toBe(0);
    },
    "no-worker-sleeps-on-it": () => expect(Math.max(0, ...stage.waits)).toBeLessThan(5_001),
    "capped-and-reported": () => expect(Date.parse(seen.report?.nextTry ?? "") - Date.now()).toBeLessThan(30 * 3_600_000),
    "no-timer-overflow-fires-at-once": () => expect(seen.again).toBe(0),
    "retry-waits-with-jitter": () => expect(new Set(stage.waits).size).toBe(stage.waits.length),
    "default-backoff-used": () => expect(seen.gaps[0]).toBeGreaterThan(90),
    "waits-grow": () => expect(seen.gaps[1]).toBeGreaterThan((seen.gaps[0] ?? 0) * 1.2),
  };
  for (const must of entry.expect.must) checks[must]?.();
  expect(lost.filter((name) => name !== "a.ics" || !entry.expect.must.includes("event-a-deleted"))).toEqual([]);
}

async function runEntry({ serve }: BadHttp, original: BadEntry, dressed: boolean): Promise<void> {
  const stage = await openBadHttpStage(original.expect.limits.maxMs > 10_000 ? 800 : 4_000);
  const entry = fitEntry(original, stage.calendarPath, dressed);
  const served = await serve(entry);
  try {
    const seen = await play(stage, entry, served);
    const story = `${entry.id} (${entry.wrong}): ${inspect(seen, { depth: 4, breakLength: 140 })}`;
    const words = outcomeWords(seen);
    expect(entry.expect.outcome.filter((word) => words.has(word)), `${[...words].join(", ")} instead of ${entry.expect.outcome.join(", ")}; ${story}`).not.toEqual([]);
    const code = seen.error?.code ?? seen.report?.error?.code;
    // A page with 200 is turned away by its status, whatever its body would have been.
    const isTurnedAway = code === "not-calendar-data" && !dressed && original.provider === "any";
    if (code !== undefined && !isTurnedAway && entry.expect.code !== undefined && words.has("typed-error") && !words.has("deferred")) {
      expect(entry.expect.code.flatMap((word) => codes[word] ?? []), story).toContain(code);
    }
    expect(seen.requests, story).toBeLessThanOrEqual(entry.expect.limits.maxRequests);
    expect(seen.ms, story).toBeLessThan(entry.expect.limits.maxMs);
    expect(seen.heapMiB, story).toBeLessThan(entry.expect.limits.maxHeapMiB);
    try {
      checkMusts(entry, seen, stage, served);
    } catch (thrown) {
      throw new Error(story, { cause: thrown });
    }
    expect([...stage.spoken, inspect(seen, { depth: 6 }), seen.error?.stack ?? ""].join("\n")).not.toContain(canary);
    // Inside a provider's Retry-After not even a person can connect again.
    if (seen.report?.error?.code === "rate-limited") return;
    // The bad server goes and the good one is back: the calendar is whole again.
    stage.gate.choose = () => stage.sandboxPort;
    await stage.kalends.connectCaldav({ accountId: stage.accountId, ...stage.login });
    expect(await stage.kalends.syncCalendar(stage.calendarId, { fresh: true }), story).toMatchObject({ ok: true });
    expect(readObjects(stage.database, stage.calendarId).length, story).toBe(stage.calendar.size);
    expect(await stage.kalends.quarantined(stage.calendarId), story).toEqual([]);
  } finally {
    await served.close();
    await stage.close();
  }
}

describe(`hostile HTTP answers end as they may (${reading.length} of ${badHttp?.entries.length ?? 0} entries concern reading over CalDAV)`, () => {
  if (badHttp === null) {
    test("the shared entries", (context) => context.skip("the shared folder bad-http is not here (KALENDS_SHARED names the folder)"));
    return;
  }
  test.each(reading.map((entry) => [entry.id, entry] as const))("%s", async (_id, entry) => {
    await runEntry(badHttp, entry, false);
    const isPage = recoversAfter(entry) === Number.POSITIVE_INFINITY && entry.replies.some(({ status }) => status === 200);
    if (entry.provider === "any" && isPage) await runEntry(badHttp, entry, true);
  });
});
