import { inspect } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { Secret, toKalendsError, type CalendarProvider, type Clock, type KalendsError, type OAuthCredential, type Transport } from "@kalends/model";
import { googleProvider } from "@kalends/provider-google";
import { movableClock, startGoogleSandbox, type GoogleSandbox } from "@kalends/sandbox";
import { createTransport } from "@kalends/transport";
import { systemClock, systemRandom, type Kalends, type SyncReport } from "kalends";
import { loadBadHttp, type BadEntry, type BadHttp } from "./bad-http-entries.ts";
import { storedCursor } from "./bad-http-stage.ts";
import { openPortSwitch, type PortSwitch } from "./bad-http-switch.ts";
import { openKalends } from "./open-kalends.ts";
import { readObjects } from "./read-replica.ts";

const badHttp = await loadBadHttp();
const scope = "https://www.googleapis.com/auth/calendar";
const ada = "ada@example.test";
const entriesOf = (choose: (entry: BadEntry) => boolean): [string, BadEntry][] => (badHttp?.entries ?? []).filter(choose).map((entry) => [entry.id, entry]);
const reading = entriesOf(({ provider, op }) => (provider === "google" && op === "events.list") || (provider === "any" && op === "read"));
const refreshing = entriesOf(({ provider, op }) => provider === "oauth" && op === "refresh");
const writing = entriesOf(({ provider, op }) => (provider === "google" && op !== "events.list") || (provider === "any" && op === "write"));

interface Stage {
  kalends: Kalends;
  provider: CalendarProvider;
  credential: OAuthCredential;
  sandbox: GoogleSandbox;
  gate: PortSwitch;
  database: string;
  calendarId: string;
  waits: number[];
  spoken: string[];
  close(): Promise<void>;
}

/** A synced Google calendar with four events, at a port whose server can be exchanged. */
async function openStage(timeoutMs: number): Promise<Stage> {
  const sandbox = await startGoogleSandbox({ clock: movableClock(new Date().toISOString()), users: [{ email: ada, timeZone: "Europe/Berlin" }] });
  const gate = await openPortSwitch();
  const sandboxPort = Number(new URL(sandbox.url).port);
  gate.choose = () => sandboxPort;
  const waits: number[] = [];
  const spoken: string[] = [];
  const clock: Clock = { ...systemClock, sleep: (ms, signal) => (waits.push(ms), systemClock.sleep(ms / 10, signal)) };
  const guarded = createTransport({ clock: systemClock, allowHosts: [gate.host], resolve: () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]), idleMs: timeoutMs / 2 });
  const transport: Transport = { send: (request) => guarded.send({ ...request, timeoutMs, maxBytes: Math.min(request.maxBytes ?? 1 << 24, 1 << 24) }), close: () => guarded.close() };
  const root = `http://${gate.host}/`;
  // The adapter's own pauses pass ten times as fast as well.
  const hurried: Clock = { ...clock, setTimer: (ms, run) => systemClock.setTimer(ms / 10, run) };
  const provider = googleProvider({ transport, clock: hurried, random: systemRandom, apiRoot: root, addresses: { token: `${root}token` }, oauth: { clientId: "sandbox-client", clientSecret: "client-canary" } });
  const logger = { log: (level: string, message: string, fields?: object): void => void spoken.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`) };
  const opened = await openKalends({ clock, logger, providers: [provider], settings: { confirmAfterMs: 20, retryFirstMs: 100 } });
  const calendar = sandbox.user(ada).calendar();
  for (const [index, id] of ["a", "keep1", "keep2", "keep3"].entries()) calendar.plant({ id, ...at(index + 1), summary: "event-canary" });
  const { accessToken } = sandbox.user(ada).grant([scope]);
  const credential: OAuthCredential = { kind: "oauth", accessToken: new Secret(accessToken), refreshToken: null, expiresAt: null, scopes: [scope] };
  const account = await opened.kalends.createAccount({ timeZone: "Europe/Berlin" });
  const connected = await opened.kalends.connect({ accountId: account.id, provider: "google", address: "", credential });
  const calendarId = connected.calendars[0]?.id ?? "";
  expect(await opened.kalends.syncCalendar(calendarId)).toMatchObject({ ok: true, created: 4 });
  return {
    ...{ kalends: opened.kalends, database: opened.path, provider, credential, sandbox, gate, calendarId, waits, spoken },
    close: async () => {
      await opened.close();
      await guarded.close();
      await gate.close();
      await sandbox.close();
    },
  };
}

function at(day: number): { start: { dateTime: string }; end: { dateTime: string } } {
  const date = `2026-12-${String(day).padStart(2, "0")}`;
  return { start: { dateTime: `${date}T09:00:00Z` }, end: { dateTime: `${date}T10:00:00Z` } };
}

interface Seen {
  report: SyncReport;
  requests: number;
  ms: number;
  heapMiB: number;
  before: string[];
  after: string[];
  quarantined: number;
  warnings: number;
  state: string;
  waits: number[];
}

function wordsOf(seen: Seen, entry: BadEntry): Set<string> {
  const { report } = seen;
  const code = report.error?.code;
  if (code === undefined) return new Set([seen.quarantined + seen.warnings > 0 ? "item-warning" : "ok", seen.requests > 1 && entry.replies.length > 1 ? "retry-ok" : "ok"]);
  const words = new Set(["typed-error"]);
  if (seen.state === "needs-reauth") words.add("reauth");
  if (code === "rate-limited" && report.nextTry !== null) words.add("deferred");
  if (code === "redirect-refused" || code === "address-refused") words.add("refuse");
  return words;
}

const codes: Readonly<Record<string, readonly string[]>> = {
  BAD_RESPONSE: ["answer-invalid", "not-calendar-data", "response-incomplete", "network-unreachable"],
  RESPONSE_TOO_LARGE: ["response-too-large", "answer-invalid"],
  TIMEOUT: ["network-timeout"],
  PROVIDER: ["server-error", "answer-invalid"],
  THROTTLED: ["rate-limited"],
  REDIRECT: ["redirect-refused", "address-refused", "not-calendar-data"],
  BLOCKED_ADDRESS: ["redirect-refused", "address-refused"],
  AUTH: ["auth-failed", "auth-unsupported", "grant-revoked", "answer-invalid"],
};

async function sync(stage: Stage, served: { origin: string; log: unknown[] }): Promise<Omit<Seen, "before" | "after" | "quarantined" | "warnings" | "state" | "waits">> {
  const { kalends, calendarId, gate } = stage;
  const [playedPort, sandboxPort] = [Number(new URL(served.origin).port), Number(new URL(stage.sandbox.url).port)];
  gate.choose = (request) => (/^GET \S*\/events\?/.test(request) || !request.includes("/calendar/v3/") ? playedPort : sandboxPort);
  const heapBefore = process.memoryUsage().heapUsed;
  let heapMost = heapBefore;
  const sampling = setInterval(() => (heapMost = Math.max(heapMost, process.memoryUsage().heapUsed)), 5);
  const started = performance.now();
  let report = await kalends.syncCalendar(calendarId);
  // What the scheduler would do where the next try is due soon.
  for (let tries = 0; tries < 2 && !report.ok && report.nextTry !== null && Date.parse(report.nextTry) - Date.now() < 1_000; tries += 1) {
    await systemClock.sleep(Math.max(0, Date.parse(report.nextTry) - Date.now()));
    if (served.log.length >= 6) break;
    report = await kalends.syncCalendar(calendarId);
  }
  clearInterval(sampling);
  return { report, requests: served.log.length, ms: performance.now() - started, heapMiB: (heapMost - heapBefore) / 1024 / 1024 };
}

async function runReading({ serve }: BadHttp, entry: BadEntry): Promise<void> {
  const stage = await openStage(entry.expect.limits.maxMs > 10_000 ? 800 : 4_000);
  const served = await serve(entry);
  const { kalends, calendarId, database } = stage;
  try {
    const names = (): string[] => readObjects(database, calendarId).map(({ key }) => key);
    const [before, cursorBefore] = [names(), storedCursor(database, calendarId)];
    const ran = await sync(stage, served);
    const status = (await kalends.status())[0];
    const calendar = status?.calendars[0];
    const seen: Seen = { ...ran, before, after: names(), quarantined: calendar?.quarantined ?? 0, warnings: calendar?.warnings ?? 0, state: status?.state ?? "", waits: stage.waits };
    const story = `${entry.id} (${entry.wrong}): ${inspect(seen, { depth: 4, breakLength: 140 })}`;
    const words = wordsOf(seen, entry);
    expect(entry.expect.outcome.filter((word) => words.has(word)), `${[...words].join(", ")} instead of ${entry.expect.outcome.join(", ")}; ${story}`).not.toEqual([]);
    const code = seen.report.error?.code;
    if (code !== undefined && entry.expect.code !== undefined && !words.has("deferred")) expect(entry.expect.code.flatMap((word) => codes[word] ?? []), story).toContain(code);
    const { limits, must } = entry.expect;
    expect(seen.requests, story).toBeLessThanOrEqual(limits.maxRequests);
    expect(seen.ms, story).toBeLessThan(limits.maxMs);
    expect(seen.heapMiB, story).toBeLessThan(limits.maxHeapMiB);
    // Nothing was ever told to be gone.
    expect(before.filter((name) => !seen.after.includes(name)), story).toEqual([]);
    if (must.includes("replica-unchanged")) expect(seen.after, story).toEqual(before);
    if (must.includes("cursor-unchanged")) expect(storedCursor(database, calendarId), story).toBe(cursorBefore);
    if (must.includes("page-b-not-skipped")) expect(seen.after, story).toContain("b");
    if (must.includes("event-ok-delivered")) expect(seen.after, story).toContain("ok");
    if (must.includes("not-silently-UTC")) expect(seen.warnings, story).toBeGreaterThan(0);
    if (must.includes("no-worker-sleeps-on-it")) expect(Math.max(0, ...seen.waits), story).toBeLessThan(5_001);
    if (must.includes("capped-and-reported")) expect(Date.parse(seen.report.nextTry ?? "") - Date.now(), story).toBeLessThan(30 * 3_600_000);
    if (must.includes("second-request-not-before-120-s-virtual-time")) expect(Date.parse(seen.report.nextTry ?? "") - Date.now(), story).toBeGreaterThan(110_000);
    if (must.includes("no-header-injected")) expect(served.log.map(({ head }) => head).join("\n")).not.toMatch(/^set-cookie:/im);
    expect([...stage.spoken, inspect(seen, { depth: 6 })].join("\n")).not.toMatch(/canary/);
    if (seen.report.error?.code === "rate-limited" || seen.state === "needs-reauth") return;
    // The bad server goes and the good one is back: the calendar is whole again.
    stage.gate.choose = () => Number(new URL(stage.sandbox.url).port);
    const next = await kalends.syncCalendar(calendarId);
    if (must.includes("next-run-is-a-full-sync") && seen.report.ok) expect(next.pass, story).toBe("snapshot");
    expect(await kalends.syncCalendar(calendarId, { fresh: true }), story).toMatchObject({ ok: true });
    expect(readObjects(database, calendarId).map(({ key }) => key), story).toEqual(["a", "keep1", "keep2", "keep3"]);
  } finally {
    await served.close();
    await stage.close();
  }
}

async function caught(work: Promise<unknown> | undefined): Promise<KalendsError | null> {
  return await (work ?? Promise.resolve()).then(() => null, toKalendsError);
}

describe(`hostile answers to the Google adapter end as they may (${reading.length + refreshing.length + writing.length} entries)`, () => {
  if (badHttp === null) {
    test("the shared entries", (context) => context.skip("the shared folder bad-http is not here (KALENDS_SHARED names the folder)"));
    return;
  }
  test.each(reading)("reading: %s", async (_id, entry) => {
    await runReading(badHttp, entry);
  });

  test.each(refreshing)("renewing: %s", async (_id, entry) => {
    const served = await badHttp.serve(entry);
    const guarded = createTransport({ clock: systemClock, allowHosts: [new URL(served.origin).host], timeoutMs: 2_000 });
    const transport: Transport = { send: (request) => guarded.send({ ...request, timeoutMs: 2_000 }), close: () => guarded.close() };
    const provider = googleProvider({ transport, clock: systemClock, random: systemRandom, addresses: { token: `${served.origin}/token` }, oauth: { clientId: "c", clientSecret: "client-canary" } });
    const old: OAuthCredential = { kind: "oauth", accessToken: new Secret("access-canary"), refreshToken: new Secret("refresh-canary"), expiresAt: 0, scopes: [] };
    try {
      const started = Date.now();
      let renewed: OAuthCredential | undefined;
      const error = await caught(provider.renewCredential?.({ endpoint: {}, credential: old }).then((value) => (renewed = value)));
      const words = new Set(error === null ? ["ok"] : ["typed-error", ...(error.failure === "auth" ? ["reauth"] : []), ...(error.code.endsWith("-refused") ? ["refuse"] : [])]);
      expect(entry.expect.outcome.filter((word) => words.has(word)), `${entry.id}: ${error?.code ?? "ok"}`).not.toEqual([]);
      if (error !== null && entry.expect.code !== undefined) expect(entry.expect.code.flatMap((word) => codes[word] ?? [])).toContain(error.code);
      expect(served.log.length).toBeLessThanOrEqual(entry.expect.limits.maxRequests);
      expect(inspect(error, { depth: 9 })).not.toContain("canary");
      if (entry.expect.must.includes("old-refresh-token-kept")) expect(renewed?.refreshToken?.reveal()).toBe("refresh-canary");
      if (entry.id === "oauth-rotated-refresh-token") expect(renewed?.refreshToken?.reveal()).toBe("rt2");
      if (entry.expect.must.includes("treated-as-short-lived")) expect((renewed?.expiresAt ?? Number.POSITIVE_INFINITY) - started).toBeLessThan(10 * 60_000);
    } finally {
      await guarded.close();
      await served.close();
    }
  });

  test.each(writing)("writing and watching: %s", async (_id, entry) => {
    const stage = await openStage(4_000);
    const served = await badHttp.serve({ ...entry, replies: entry.replies.length === 0 ? [{}] : entry.replies });
    const { provider, gate, credential, sandbox } = stage;
    const [playedPort, sandboxPort] = [Number(new URL(served.origin).port), Number(new URL(sandbox.url).port)];
    const access = { endpoint: { login: ada }, credential };
    const calendar = { remoteKey: ada, hints: { timeZone: "Europe/Berlin" } };
    const wanted = { remoteKey: "", revision: null, uid: "once", events: [{ uid: "once", start: { kind: "utc" as const, value: "2026-12-20T09:00:00" }, end: { kind: "utc" as const, value: "2026-12-20T10:00:00" }, status: "confirmed" as const, transparent: false, visibility: "public" as const }] };
    try {
      if (entry.op === "events.watch") {
        gate.choose = () => playedPort;
        const error = await caught(provider.watchCalendar?.(access, { calendar, channelId: "ch", token: new Secret("t"), address: "https://app.example.test/hook", expiresAt: Date.now() + 60_000 }));
        expect(error).toMatchObject({ code: "answer-invalid" });
      } else if (entry.op === "events.update") {
        gate.choose = (request) => (request.startsWith("PATCH") ? playedPort : sandboxPort);
        const error = await caught(provider.putObject?.(access, { calendar, target: { remoteKey: "keep1", revision: null }, object: (current) => ({ ...(current ?? wanted), events: (current ?? wanted).events.map((event) => ({ ...event, content: { title: "Ours" } })) }), notify: false }));
        expect(error).toMatchObject({ code: "revision-conflict", conflict: { remoteKey: "keep1", revision: sandbox.user(ada).calendar().find("keep1")?.etag, deleted: false } });
      } else {
        // The write was applied, and its answer lost.
        sandbox.faults.next({ method: "POST", path: "/events", cutAfterBytes: 0 });
        expect(await caught(provider.putObject?.(access, { calendar, target: null, object: wanted, notify: false }))).toMatchObject({ failure: "transient" });
        expect(await caught(provider.putObject?.(access, { calendar, target: null, object: wanted, notify: false }))).toBeNull();
        expect(sandbox.user(ada).calendar().events().filter(({ extendedProperties }) => extendedProperties?.private?.["kalendsUid"] === "once")).toHaveLength(1);
      }
    } finally {
      await served.close();
      await stage.close();
    }
  });
});

afterAll(() => {
  // 41 reading, 8 renewing, 3 writing and watching in the manifest of 2026-11: fewer means that some were not found.
  if (badHttp !== null) expect([reading.length >= 41, refreshing.length >= 8, writing.length >= 3]).toEqual([true, true, true]);
});
