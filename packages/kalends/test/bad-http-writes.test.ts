import { describe, expect, test } from "vitest";
import { Secret, toKalendsError, type CalendarObject, type CalendarProvider, type KalendsError, type ProviderAccess } from "@kalends/model";
import { caldavProvider } from "@kalends/provider-caldav";
import { persistentProvider } from "@kalends/testing";
import { createTransport } from "@kalends/transport";
import { systemClock, systemRandom } from "kalends";
import { fitEntry, loadBadHttp, placeOf, type BadEntry, type Played } from "./bad-http-entries.ts";
import { openBadHttpStage, type BadHttpStage } from "./bad-http-stage.ts";

const badHttp = await loadBadHttp();
const writing = badHttp?.entries.filter((entry) => placeOf(entry) === "writing") ?? [];

/** The adapter in front of the stage's gate, with somebody who repeats what may pass, as the engine does. */
interface Desk {
  stage: BadHttpStage;
  provider: CalendarProvider;
  access: ProviderAccess;
  calendar: { remoteKey: string; hints: Readonly<Record<string, string>> };
  /** Requests in their order: method, guard, and whether the bad server got it. */
  asked: { method: string; guard: string; played: boolean }[];
  close(): Promise<void>;
}

async function openDesk(stage: BadHttpStage): Promise<Desk> {
  const transport = createTransport({ clock: systemClock, allowHosts: [stage.gate.host], timeoutMs: 4_000 });
  const adapter = caldavProvider({ transport, clock: systemClock, random: systemRandom, timeoutMs: 4_000 });
  const provider = persistentProvider(adapter, { clock: systemClock, newUid: () => "", tries: 3 });
  const credential = { kind: "password" as const, username: stage.login.username, password: new Secret(stage.login.password) };
  const connected = await adapter.connect?.({ address: stage.login.address, credential });
  const found = connected?.calendars.find(({ remoteKey }) => remoteKey === stage.calendarPath);
  if (connected === undefined || found === undefined) throw new Error("the calendar is not listed");
  return { stage, provider, access: { endpoint: connected.endpoint, credential }, calendar: found, asked: [], close: () => transport.close() };
}

/** Sends the first request that this holds of to the bad server, and the `more` that follow it; all others to the sandbox. */
function play(desk: Desk, served: Played, isFirst: (request: string) => boolean, more: number, applied: (request: string) => void): void {
  const { gate, sandboxPort } = desk.stage;
  let left = -1;
  gate.choose = (request) => {
    const starts = left < 0 && isFirst(request);
    if (starts) {
      applied(request);
      left = more + 1;
    }
    const played = left > 0;
    if (played) left -= 1;
    desk.asked.push({ method: request.slice(0, request.indexOf(" ")), guard: /^if-(?:none-)?match: (.*?)\r?$/im.exec(request)?.[1] ?? "", played });
    return played ? Number(new URL(served.origin).port) : sandboxPort;
  };
}

const start = { kind: "utc" as const, value: "2026-03-20T10:00:00" };
const newObject = (uid: string): CalendarObject => ({
  ...{ remoteKey: "", revision: null, uid },
  events: [{ uid, start, end: { ...start, value: "2026-03-20T11:00:00" }, status: "confirmed", transparent: false, visibility: "public", content: { title: "New" } }],
});
const retitled = (title: string) => (current: CalendarObject | null): CalendarObject => {
  if (current === null) throw new Error("there is no current object");
  return { ...current, events: current.events.map((event) => ({ ...event, content: { ...event.content, title } })) };
};
const isPut = (request: string): boolean => request.startsWith("PUT ");
const bodyOf = (request: string): string => Buffer.from(request.slice(request.indexOf("\r\n\r\n") + 4), "latin1").toString("utf8");

/** What the manifest calls the outcome, by the checks of its `must` words. One for each entry; an entry without one fails. */
const verdicts: Readonly<Record<string, (desk: Desk, served: Played) => Promise<string>>> = {
  /** The create was applied and its answer lost: exactly one event at the provider. */
  async "any-reset-after-write-was-applied"(desk, served) {
    const { provider, access, calendar, stage } = desk;
    const object = newObject("foreign uid@example.test");
    const before = stage.calendar.size;
    play(desk, served, isPut, 0, (request) => stage.calendar.put(object.uid, bodyOf(request), { fileName: decodeURIComponent(/^PUT \S*\/(\S+)/.exec(request)?.[1] ?? "") }));
    const made = await provider.putObject?.(access, { calendar, target: null, object, notify: false });
    expect(made).toMatchObject({ asWritten: true, stored: { uid: object.uid } });
    expect(stage.calendar.size).toBe(before + 1);
    return "retry-ok";
  },
  /** 201 without an ETag, and another text: read back, so that the next write has a guard that holds. */
  async "caldav-put-201-no-etag"(desk, served) {
    const { provider, access, calendar, stage } = desk;
    const remoteKey = `${stage.calendarPath}a.ics`;
    play(desk, served, isPut, 1, (request) => stage.calendar.put("event-0", bodyOf(request).replace("END:VEVENT", "X-SERVER:changed\r\nEND:VEVENT"), { fileName: "a.ics" }));
    const first = await provider.putObject?.(access, { calendar, target: { remoteKey, revision: null }, object: retitled("First"), notify: false });
    const readAfterPut = desk.asked.slice(desk.asked.findIndex(({ method }) => method === "PUT") + 1);
    expect(readAfterPut.map(({ method }) => method)).toContain("GET");
    expect(first?.stored.events[0]?.content?.title).toBe("First");
    const second = await provider.putObject?.(access, { calendar, target: { remoteKey, revision: first?.revision ?? null }, object: retitled("Second"), notify: false });
    expect(second?.stored.events[0]?.content?.title).toBe("Second");
    expect(desk.asked.filter(({ method }) => method === "PUT").at(-1)).toEqual({ method: "PUT", guard: first?.revision, played: false });
    return "ok";
  },
  /** No room: told as such, asked once, nothing changed; the caller's object is the caller's still. */
  async "caldav-put-507-quota"(desk, served) {
    const { provider, access, calendar, stage } = desk;
    const remoteKey = `${stage.calendarPath}a.ics`;
    play(desk, served, isPut, 100, () => undefined);
    const thrown = await provider.putObject?.(access, { calendar, target: { remoteKey, revision: null }, object: retitled("First"), notify: false }).then(() => null, toKalendsError);
    expect(thrown).toMatchObject({ code: "permission-denied", failure: "permanent", remedy: expect.stringContaining("full") as string } satisfies Partial<Record<keyof KalendsError, unknown>>);
    expect(desk.asked.filter(({ method }) => method === "PUT")).toHaveLength(1);
    return "typed-error";
  },
};

async function run(entry: BadEntry, serve: (entry: BadEntry) => Promise<Played>): Promise<void> {
  const stage = await openBadHttpStage(4_000);
  const served = await serve(fitEntry(entry, stage.calendarPath, false));
  const desk = await openDesk(stage);
  try {
    const verdict = verdicts[entry.id];
    if (verdict === undefined) throw new Error(`no verdict for ${entry.id}`);
    const [started, heap] = [performance.now(), process.memoryUsage().heapUsed];
    expect(entry.expect.outcome).toContain(await verdict(desk, served));
    expect(performance.now() - started).toBeLessThan(entry.expect.limits.maxMs);
    expect((process.memoryUsage().heapUsed - heap) / 1024 / 1024).toBeLessThan(entry.expect.limits.maxHeapMiB);
    expect(served.log.length).toBeLessThanOrEqual(entry.expect.limits.maxRequests);
  } finally {
    await desk.close();
    await served.close();
    await stage.close();
  }
}

describe("hostile answers to writes end as they may", () => {
  if (badHttp === null) {
    test("the shared entries", (context) => context.skip("the shared folder bad-http is not here (KALENDS_SHARED names the folder)"));
    return;
  }
  test.each(writing.map((entry) => [entry.id, entry] as const))("%s", (_id, entry) => run(entry, badHttp.serve));
});
