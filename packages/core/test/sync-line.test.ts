import { describe, expect, test } from "vitest";
import { KalendsError, type BusyPeriod, type PulledPage, type PullRequest } from "@kalends/model";
import { memoryProvider } from "@kalends/testing";
import { openTestEngine, type TestEngine } from "./open-test-engine.ts";
import { hour, sampleObject } from "./sample-object.ts";

const day = { from: "2026-11-20T00:00:00Z", to: "2026-11-21T00:00:00Z" };

async function kinds(test: TestEngine, since = 0): Promise<string[]> {
  const records = await test.organization.changes(since);
  records.forEach(({ sequence }, position) => expect(sequence).toBe(since + position + 1));
  return records.filter(({ kind }) => kind.startsWith("object-")).map(({ kind, uid }) => `${kind} ${uid}`);
}

async function merged(test: TestEngine): Promise<BusyPeriod[]> {
  const calendars = (await test.organization.listCalendars()).map(({ id }) => id);
  return (await test.organization.freeBusy({ calendars, ...day, whenStale: "ignore" })).merged;
}

describe("the sync line", () => {
  test("a first sync stores everything, a second one asks once and writes nothing", async () => {
    const t = await openTestEngine({ provider: memoryProvider({ pageSize: 2 }) });
    const work = t.provider.calendar("/work/");
    for (const uid of ["a", "b", "c"]) work.put(`/${uid}.ics`, sampleObject(uid));
    await t.connect();
    const first = await t.organization.sync();
    expect(first.calendars).toMatchObject([{ ok: true, pass: "snapshot", created: 3, updated: 0, removed: 0, pages: 2 }]);
    expect(await kinds(t)).toEqual(["object-created a", "object-created b", "object-created c"]);
    expect(await merged(t)).toEqual([{ kind: "busy", from: "2026-11-20T09:00:00.000Z", to: "2026-11-20T10:00:00.000Z" }]);
    t.provider.pulls.length = 0;
    const head = await t.organization.changesHead();
    expect((await t.organization.sync()).calendars).toMatchObject([{ ok: true, pass: "delta", created: 0, updated: 0, removed: 0 }]);
    expect(t.provider.pulls).toHaveLength(1);
    expect(await t.organization.changesHead()).toBe(head);
  });

  test("edits, removals and additions come out as exactly those changes, and move the busy times", async () => {
    const t = await openTestEngine();
    const work = t.provider.calendar("/work/");
    for (const uid of ["a", "b", "c"]) work.put(`/${uid}.ics`, sampleObject(uid));
    await t.connect();
    await t.organization.sync();
    const head = await t.organization.changesHead();
    work.put("/a.ics", sampleObject("a", { start: hour(14), end: hour(15) }));
    work.put("/b.ics", sampleObject("b"));
    work.remove("/c.ics");
    work.put("/d.ics", sampleObject("d", { start: hour(15), end: hour(16), status: "tentative" }));
    await t.organization.sync();
    // b was written again without a difference: a new revision, no change.
    expect((await kinds(t, head)).sort()).toEqual(["object-created d", "object-removed c", "object-updated a"]);
    expect(await merged(t)).toEqual([
      { kind: "busy", from: "2026-11-20T09:00:00.000Z", to: "2026-11-20T10:00:00.000Z" },
      { kind: "busy", from: "2026-11-20T14:00:00.000Z", to: "2026-11-20T15:00:00.000Z" },
      { kind: "tentative", from: "2026-11-20T15:00:00.000Z", to: "2026-11-20T16:00:00.000Z" },
    ]);
  });

  test("a dead cursor reads the whole and removes what vanished meanwhile", async () => {
    const t = await openTestEngine();
    const work = t.provider.calendar("/work/");
    for (let index = 0; index < 50; index += 1) work.put(`/${index}.ics`, sampleObject(String(index)));
    await t.connect();
    await t.organization.sync();
    const head = await t.organization.changesHead();
    for (let index = 0; index < 5; index += 1) work.remove(`/${index}.ics`);
    work.put("/7.ics", sampleObject("7", { start: hour(11), end: hour(12) }));
    work.expireCursors();
    const report = await t.organization.sync();
    expect(report.calendars).toMatchObject([{ ok: true, pass: "snapshot", created: 0, updated: 1, removed: 5 }]);
    expect((await kinds(t, head)).sort()).toEqual(["object-removed 0", "object-removed 1", "object-removed 2", "object-removed 3", "object-removed 4", "object-updated 7"]);
    expect((await t.organization.status())[0]?.calendars[0]).toMatchObject({ objects: 45, phase: "idle" });
  });

  test("a server that suddenly lists nothing empties nothing; a second reading that agrees does", async () => {
    const t = await openTestEngine();
    const work = t.provider.calendar("/work/");
    for (let index = 0; index < 50; index += 1) work.put(`/${index}.ics`, sampleObject(String(index)));
    await t.connect();
    await t.organization.sync();
    const empty = { pass: "snapshot" as const, objects: [], present: [], removed: [], quarantined: [], nextPageToken: null, nextCursor: "0" };
    const [calendar] = await t.organization.listCalendars();
    const id = calendar?.id ?? "";
    // The lie is told once: the second reading finds all 50 again.
    t.provider.faults.push(() => empty);
    expect(await t.organization.resync(id)).toMatchObject({ ok: true, removed: 0 });
    expect((await t.organization.status())[0]?.calendars[0]).toMatchObject({ objects: 50 });
    // The user really deleted everything.
    for (const key of work.keys()) work.remove(key);
    work.expireCursors();
    expect(await t.organization.resync(id)).toMatchObject({ ok: true, removed: 50 });
    expect((await t.organization.status())[0]?.calendars[0]).toMatchObject({ objects: 0 });
  });

  test("a pass that breaks off between pages keeps what it has; the next one goes on without repeating a change", async () => {
    const t = await openTestEngine({ provider: memoryProvider({ pageSize: 10 }), settings: { inlineWaitMs: 0 } });
    const work = t.provider.calendar("/work/");
    for (let index = 0; index < 35; index += 1) work.put(`/${index}.ics`, sampleObject(String(index)));
    await t.connect();
    t.provider.faults.push(() => null, () => null, new KalendsError("response-incomplete", "cut"));
    const broken = await t.organization.sync();
    expect(broken.ok).toBe(false);
    expect(broken.calendars).toMatchObject([{ ok: false, created: 20, error: { code: "response-incomplete" } }]);
    expect((await t.organization.status())[0]?.calendars[0]).toMatchObject({ objects: 20, phase: "delayed", lastSuccess: null, error: { code: "response-incomplete" } });
    expect(await t.organization.sync()).toMatchObject({ ok: true, calendars: [{ created: 15, unchanged: 20 }] });
    expect(await kinds(t)).toHaveLength(35);
  });

  test("busy times follow although the pass that changed them broke off and the next one finds nothing new", async () => {
    const t = await openTestEngine({ provider: memoryProvider({ pageSize: 1 }), settings: { inlineWaitMs: 0 } });
    const work = t.provider.calendar("/work/");
    work.put("/a.ics", sampleObject("a"));
    work.put("/b.ics", sampleObject("b"));
    await t.connect();
    await t.organization.sync();
    work.put("/a.ics", sampleObject("a", { start: hour(14), end: hour(15) }));
    work.put("/b.ics", sampleObject("b"));
    t.provider.faults.push(() => null, new KalendsError("response-incomplete", "cut"));
    expect((await t.organization.sync()).calendars).toMatchObject([{ ok: false, updated: 1 }]);
    expect((await t.organization.sync()).calendars).toMatchObject([{ ok: true, updated: 0 }]);
    expect((await merged(t)).map(({ from }) => from)).toEqual(["2026-11-20T09:00:00.000Z", "2026-11-20T14:00:00.000Z"]);
  });

  test("one broken item is set aside, the other ones land, and it comes back when it is mended", async () => {
    const t = await openTestEngine();
    const work = t.provider.calendar("/work/");
    for (let index = 0; index < 20; index += 1) work.put(`/${index}.ics`, sampleObject(String(index)));
    work.break("/3.ics");
    await t.connect();
    expect(await t.organization.sync()).toMatchObject({ ok: true, calendars: [{ created: 19, quarantined: 1 }] });
    const [calendar] = await t.organization.listCalendars();
    expect(await t.organization.quarantined(calendar?.id ?? "")).toMatchObject([{ remoteKey: "/3.ics", code: "object-invalid" }]);
    // A good copy that is stored already stays when its item breaks.
    work.break("/4.ics");
    await t.organization.sync();
    expect((await t.organization.status())[0]?.calendars[0]).toMatchObject({ objects: 19, quarantined: 2 });
    work.expireCursors();
    await t.organization.sync();
    expect((await t.organization.status())[0]?.calendars[0]).toMatchObject({ objects: 19, quarantined: 2 });
    work.put("/3.ics", sampleObject("3"));
    work.remove("/4.ics");
    await t.organization.sync();
    expect((await t.organization.status())[0]?.calendars[0]).toMatchObject({ objects: 19, quarantined: 0 });
    // Set aside, then deleted: a delta takes it off the list.
    work.put("/5.ics", sampleObject("5"));
    work.break("/5.ics");
    await t.organization.sync();
    work.remove("/5.ics");
    await t.organization.sync();
    expect((await t.organization.status())[0]?.calendars[0]).toMatchObject({ objects: 18, quarantined: 0 });
  });
});

describe("failures", () => {
  test("one refused login is asked twice; two make the connection wait for its user", async () => {
    const t = await openTestEngine();
    t.provider.calendar("/work/").put("/a.ics", sampleObject("a"));
    await t.connect();
    t.provider.faults.push(new KalendsError("auth-failed", "no"));
    expect((await t.organization.sync()).ok).toBe(true);
    t.provider.faults.push(new KalendsError("auth-failed", "no"), new KalendsError("auth-failed", "no"));
    expect((await t.organization.sync()).ok).toBe(false);
    const [status] = await t.organization.status();
    expect(status).toMatchObject({ state: "needs-reauth", error: { code: "auth-failed" }, calendars: [{ phase: "stopped", objects: 1 }] });
    t.provider.pulls.length = 0;
    expect((await t.organization.sync()).connections).toMatchObject([{ error: { code: "connection-stopped" } }]);
    expect(t.provider.pulls).toEqual([]);
    // Connecting the same login again mends it in place.
    const [account] = await t.organization.listAccounts();
    const { Secret } = await import("@kalends/model");
    const credential = { kind: "password", username: "ada", password: new Secret("new") } as const;
    const again = await t.organization.connect({ accountId: account?.id ?? "", provider: "memory", address: "ada@example.test", credential });
    expect(again).toMatchObject({ reconnected: true, connection: { id: status?.connectionId, state: "connected" } });
    expect((await t.organization.sync()).ok).toBe(true);
  });

  test("a connection that was told to slow down sends nothing before its time", async () => {
    const t = await openTestEngine();
    t.provider.calendar("/work/");
    t.provider.calendar("/home/");
    await t.connect();
    t.provider.faults.push(new KalendsError("rate-limited", "slow", { retryAfterMs: 600_000 }));
    const report = await t.organization.sync();
    expect(report.calendars.map(({ error }) => error?.code)).toEqual(["rate-limited", "rate-limited"]);
    expect(t.provider.pulls).toHaveLength(1);
    for (const { nextTry } of report.calendars) expect(Date.parse(nextTry ?? "")).toBeGreaterThanOrEqual(t.clock.now() + 600_000);
    await t.clock.advance(599_000);
    await t.organization.sync();
    expect(t.provider.pulls).toHaveLength(1);
    // Nor does another process on the same store, or this one after a restart.
    expect((await (await t.another("test-2")).sync()).ok).toBe(false);
    expect(t.provider.pulls).toHaveLength(1);
    await t.clock.advance(2_000);
    expect((await t.organization.sync()).ok).toBe(true);
  });

  test("a calendar that vanished is removed with its objects once the list says so twice, and not before", async () => {
    const t = await openTestEngine();
    t.provider.calendar("/work/").put("/a.ics", sampleObject("a"));
    t.provider.calendar("/home/").put("/b.ics", sampleObject("b"));
    await t.connect();
    await t.organization.sync();
    t.provider.listFaults.push([]);
    await t.organization.sync();
    expect(await t.organization.listCalendars()).toHaveLength(2);
    const head = await t.organization.changesHead();
    t.provider.deleteCalendar("/work/");
    expect((await t.organization.sync()).ok).toBe(true);
    expect(await t.organization.listCalendars()).toMatchObject([{ remoteKey: "/home/" }]);
    expect((await t.organization.changes(head)).map(({ kind }) => kind).sort()).toEqual(["calendar-removed", "object-removed"]);
    expect(await merged(t)).toHaveLength(1);
  });

  test("a worker that lost its claim writes nothing more", async () => {
    const t = await openTestEngine({ provider: memoryProvider({ pageSize: 1 }) });
    const work = t.provider.calendar("/work/");
    work.put("/a.ics", sampleObject("a"));
    work.put("/b.ics", sampleObject("b"));
    await t.connect();
    const other = await t.another("test-2");
    const [calendar] = await t.organization.listCalendars();
    const id = calendar?.id ?? "";
    // While the first worker waits for its second page its lease runs out, and another worker does the whole sync.
    let others: unknown = null;
    t.provider.faults.push(
      () => null,
      () => null,
    );
    const pullPage = t.provider.pullPage.bind(t.provider);
    t.provider.pullPage = async (access, request) => {
      if (request.pageToken === "1" && others === null) {
        others = "running";
        const store = t.store.organization("org").sync;
        const renew = store.renew;
        t.clock.set(t.clock.now() + 60_000);
        store.renew = renew;
        others = await other.syncCalendar(id);
      }
      return pullPage(access, request);
    };
    const mine = await t.organization.syncCalendar(id);
    expect(others).toMatchObject({ ok: true, created: 1, unchanged: 1 });
    expect(mine).toMatchObject({ ok: false, error: { code: "claim-lost" } });
    expect(await kinds(t)).toEqual(["object-created a", "object-created b"]);
  });
});

describe("the window", () => {
  test("nothing of an event outside every window is kept until it comes inside", async () => {
    const t = await openTestEngine();
    const work = t.provider.calendar("/work/");
    const far = (days: number): { start: ReturnType<typeof hour>; end: ReturnType<typeof hour> } => ({ start: hour(days * 24), end: hour(days * 24 + 1) });
    work.put("/old.ics", sampleObject("old", far(-50)));
    work.put("/in.ics", sampleObject("in", far(200)));
    work.put("/far.ics", sampleObject("far", far(210)));
    await t.connect();
    await t.organization.sync();
    expect(await kinds(t)).toEqual(["object-created in"]);
    const [calendar] = await t.organization.listCalendars();
    const reader = t.store.organization("org").reader;
    const stored = await reader.objects(calendar?.id ?? "", null, null, 10);
    expect(stored.map(({ uid, outside, title }) => [uid, outside, title === null]).sort()).toEqual([["far", true, true], ["in", false, false], ["old", true, true]]);
    await t.clock.advance(11 * 86_400_000);
    const head = await t.organization.changesHead();
    expect((await t.organization.sync()).calendars).toMatchObject([{ ok: true, pass: "snapshot", created: 1 }]);
    expect(await kinds(t, head)).toEqual(["object-created far"]);
    const ahead = { from: new Date(Date.UTC(2026, 10, 20) + 209 * 86_400_000).toISOString(), to: new Date(Date.UTC(2026, 10, 20) + 211 * 86_400_000).toISOString() };
    const answer = await t.organization.freeBusy({ calendars: [calendar?.id ?? ""], ...ahead, whenStale: "fail" });
    expect(answer.merged).toHaveLength(1);
  });

  test("a server that lost changes without a word is found out within a day", async () => {
    const t = await openTestEngine();
    const work = t.provider.calendar("/work/");
    work.put("/a.ics", sampleObject("a"));
    await t.connect();
    await t.organization.sync();
    work.put("/b.ics", sampleObject("b"));
    // The server takes the position and answers that nothing is new, for ever.
    const silent = (request: PullRequest): PulledPage | null =>
      request.cursor === null ? null : { pass: "delta", objects: [], present: [], removed: [], quarantined: [], nextPageToken: null, nextCursor: request.cursor };
    for (let hours = 0; hours < 23; hours += 1) {
      t.provider.faults.push(silent);
      await t.organization.sync();
      await t.clock.advance(3_600_000);
    }
    expect(await kinds(t)).toEqual(["object-created a"]);
    await t.clock.advance(3_600_000);
    t.provider.faults.push(silent);
    expect((await t.organization.sync()).calendars).toMatchObject([{ ok: true, pass: "snapshot", created: 1 }]);
    t.provider.faults.push(silent);
    expect((await t.organization.sync()).calendars).toMatchObject([{ ok: true, pass: "delta" }]);
  });

  test("the scheduler polls, lists, and rolls the spans by itself", async () => {
    const t = await openTestEngine();
    const work = t.provider.calendar("/work/");
    work.put("/a.ics", sampleObject("a", { rules: ["FREQ=DAILY"] }));
    await t.connect();
    expect(await t.engine.scheduler.drain()).toBe(1);
    expect(await t.engine.scheduler.drain()).toBe(0);
    work.put("/b.ics", sampleObject("b", { start: hour(12), end: hour(13) }));
    await t.clock.advance(400_000);
    expect(await t.engine.scheduler.drain()).toBe(1);
    expect(await merged(t)).toHaveLength(2);
    t.provider.calendar("/new/");
    await t.clock.advance(80 * 60_000);
    await t.engine.scheduler.drain();
    expect(await t.organization.listCalendars()).toHaveLength(2);
    const [calendar] = await t.organization.listCalendars();
    const before = (await t.store.organization("org").reader.syncStates([calendar?.id ?? ""], t.clock.now())).get(calendar?.id ?? "");
    await t.clock.advance(30 * 3_600_000);
    await t.engine.scheduler.drain();
    expect((await t.organization.status())[0]?.calendars[0]).toMatchObject({ phase: "idle", failures: 0 });
    const after = (await t.store.organization("org").reader.syncStates([calendar?.id ?? ""], t.clock.now())).get(calendar?.id ?? "");
    expect((after?.storedWindow?.to ?? 0) - (before?.storedWindow?.to ?? 0)).toBeGreaterThan(24 * 3_600_000);
  });
});
