import { describe, expect, test } from "vitest";
import { KalendsError, Secret } from "@kalends/model";
import { openTestEngine } from "./open-test-engine.ts";
import { sampleObject } from "./sample-object.ts";

const credential = { kind: "password", username: "ada", password: new Secret("new") } as const;
const login = { provider: "memory", address: "ada@example.test", credential };
const fulfilled = ["fulfilled", "fulfilled"];

describe("others at work at the same time", () => {
  test("a calendar that another worker holds for long is reported, and the other calendars are synced", async () => {
    const t = await openTestEngine();
    t.provider.calendar("/work/").put("/a.ics", sampleObject("a"));
    t.provider.calendar("/home/").put("/b.ics", sampleObject("b"));
    await t.connect();
    const [held, free] = await t.organization.listCalendars();
    await t.store.organization("org").sync.claim(held?.id ?? "", "other", t.clock.now() + 3_600_000, 3_600_000);
    const report = await t.organization.sync();
    expect(report).toMatchObject({ ok: false, calendars: [{ calendarId: held?.id, error: { code: "calendar-busy" } }, { calendarId: free?.id, ok: true }] });
  });

  test("two connects of one login make one connection", async () => {
    const t = await openTestEngine();
    t.provider.calendar("/work/").put("/a.ics", sampleObject("a"));
    const { id: accountId } = await t.organization.createAccount();
    const done = await Promise.allSettled([t.organization.connect({ accountId, ...login }), t.organization.connect({ accountId, ...login })]);
    expect(done.map(({ status }) => status)).toEqual(fulfilled);
    expect(await t.organization.listConnections()).toMatchObject([{ state: "connected" }]);
    expect(await t.organization.listCalendars()).toHaveLength(1);
    expect((await t.organization.sync()).ok).toBe(true);
  });

  test("two readings of one calendar list both succeed, and each calendar is added and removed once", async () => {
    const t = await openTestEngine();
    for (const key of ["/1/", "/2/", "/3/"]) t.provider.calendar(key);
    await t.connect();
    const [connection] = await t.organization.listConnections();
    const id = connection?.id ?? "";
    const twice = (): Promise<unknown[]> => Promise.allSettled([t.organization.refreshCalendars(id), t.organization.refreshCalendars(id)]);
    const head = await t.organization.changesHead();
    t.provider.calendar("/4/");
    expect((await twice()).map((one) => (one as { status: string }).status)).toEqual(fulfilled);
    t.provider.deleteCalendar("/1/");
    expect((await twice()).map((one) => (one as { status: string }).status)).toEqual(fulfilled);
    expect((await t.organization.changes(head)).map(({ kind }) => kind)).toEqual(["calendar-added", "calendar-removed"]);
    expect((await t.organization.status())[0]).toMatchObject({ error: null });
  });

  test("a late refusal of the old password does not stop a connection that was mended meanwhile", async () => {
    const t = await openTestEngine();
    t.provider.calendar("/work/").put("/a.ics", sampleObject("a"));
    const accountId = await t.connect();
    const [calendar] = await t.organization.listCalendars();
    const refused = new KalendsError("auth-failed", "no");
    const pullPage = t.provider.pullPage.bind(t.provider);
    let asked = 0;
    t.provider.pullPage = async (access, request) => {
      asked += 1;
      if (asked === 2) await t.organization.connect({ accountId, ...login });
      if (asked <= 2) throw refused;
      return pullPage(access, request);
    };
    expect(await t.organization.syncCalendar(calendar?.id ?? "")).toMatchObject({ error: { code: "auth-failed" } });
    expect(await t.organization.listConnections()).toMatchObject([{ state: "connected" }]);
    expect((await t.organization.sync()).ok).toBe(true);
  });
});

describe("a sync that is stopped", () => {
  test.each([
    ["before it began", AbortSignal.abort()],
    ["with a reason of the caller's own", AbortSignal.abort("enough")],
  ])("%s is aborted, no fault, and due again at once", async (_name, signal) => {
    const t = await openTestEngine();
    t.provider.calendar("/work/").put("/a.ics", sampleObject("a"));
    await t.connect();
    const [calendar] = await t.organization.listCalendars();
    const report = await t.organization.syncCalendar(calendar?.id ?? "", { signal });
    expect(report).toMatchObject({ ok: false, error: { code: "aborted" }, nextTry: new Date(t.clock.now()).toISOString() });
    expect(t.provider.pulls).toEqual([]);
  });

  test("inside an adapter that throws the signal's own reason is aborted too", async () => {
    const t = await openTestEngine();
    t.provider.calendar("/work/").put("/a.ics", sampleObject("a"));
    await t.connect();
    const stop = new AbortController();
    t.provider.pullPage = async (access) => {
      stop.abort();
      access.signal?.throwIfAborted();
      throw new Error("not reached");
    };
    const [calendar] = await t.organization.listCalendars();
    expect(await t.organization.syncCalendar(calendar?.id ?? "", { signal: stop.signal })).toMatchObject({ error: { code: "aborted" } });
  });
});
