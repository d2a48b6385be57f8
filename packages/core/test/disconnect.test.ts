import { describe, expect, test } from "vitest";
import { Secret } from "@kalends/model";
import { openTestEngine, type TestEngine } from "./open-test-engine.ts";
import { sampleObject } from "./sample-object.ts";

const range = { from: "2026-11-20T00:00:00Z", to: "2026-11-21T00:00:00Z" };
const credential = { kind: "password", username: "ada", password: new Secret("correct horse") } as const;

async function connected(): Promise<TestEngine & { accountId: string; connectionId: string; calendarId: string }> {
  const t = await openTestEngine();
  t.provider.calendar("/work/").put("/a.ics", sampleObject("a"));
  t.provider.calendar("/home/").put("/b.ics", sampleObject("b"));
  const accountId = await t.connect();
  await t.organization.sync();
  const [connection] = await t.organization.listConnections();
  const [calendar] = await t.organization.listCalendars();
  return { ...t, accountId, connectionId: connection?.id ?? "", calendarId: calendar?.id ?? "" };
}

describe("disconnecting", () => {
  test("has no default: what becomes of the data has to be said", async () => {
    const t = await connected();
    for (const wrong of [undefined, {}, { disposition: "maybe" }]) {
      await expect(Promise.resolve().then(() => t.organization.disconnect(t.connectionId, wrong as never))).rejects.toThrow();
    }
    await expect(t.organization.disconnect(t.connectionId, {} as never)).rejects.toMatchObject({ code: "invalid-argument" });
    expect(await t.organization.listConnections()).toMatchObject([{ state: "connected" }]);
  });

  test("and keeping: nothing is listed or synced any more, the credential is gone, and the same login finds everything again", async () => {
    const t = await connected();
    const before = await t.organization.listCalendars();
    const report = await t.organization.disconnect(t.connectionId, { disposition: "keep", actor: "ada" });
    expect(report.removed).toMatchObject({ credential: 1, job: expect.any(Number) });
    expect(report.removed["calendar_object"]).toBeUndefined();
    const store = t.store.organization("org");
    expect(await store.credentials.get(t.connectionId)).toBeNull();
    expect(await store.jobs.dueAt("sync-calendar", t.calendarId)).toBeNull();
    expect(await store.jobs.dueAt("list-calendars", t.connectionId)).toBeNull();
    expect(await t.organization.listCalendars()).toEqual([]);
    expect(await t.organization.listConnections()).toMatchObject([{ state: "disconnected", errorCode: null }]);
    const free = await t.organization.freeBusy({ accounts: [t.accountId], ...range, whenStale: "ignore" });
    expect(free.accounts).toEqual([]);
    await expect(t.organization.freeBusy({ calendars: [t.calendarId], ...range, whenStale: "ignore" })).rejects.toMatchObject({ code: "not-found" });
    const pulls = t.provider.pulls.length;
    await t.clock.advance(3 * 86_400_000);
    await t.engine.scheduler.drain();
    expect(t.provider.pulls).toHaveLength(pulls);
    expect((await t.organization.audit.read(0)).at(-1)).toMatchObject({ action: "disconnect", actor: "ada", subject: t.connectionId });

    await t.organization.connect({ accountId: t.accountId, provider: t.provider.id, address: "ada@example.test", credential });
    expect((await t.organization.listCalendars()).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect((await t.organization.sync()).ok).toBe(true);
  });

  test("and purging: every row of the connection goes, the feed tells of it, and the provider's events stay", async () => {
    const t = await connected();
    const head = await t.organization.changesHead();
    const dry = await t.organization.disconnect(t.connectionId, { disposition: "purge", dryRun: true });
    expect(await t.organization.listConnections()).toMatchObject([{ state: "connected" }]);
    const report = await t.organization.disconnect(t.connectionId, { disposition: "purge" });
    expect(report).toEqual({ ...dry, dryRun: false, provider: "told" });
    expect(report.removed).toMatchObject({ calendar: 2, calendar_object: 2, connection: 1, credential: 1 });
    const left = await t.store.organization("org").retention.rowsOf({ connectionId: t.connectionId });
    expect(Object.keys(left)).toEqual(["change_record"]);
    expect((await t.organization.changes(head)).map(({ kind }) => kind).sort()).toEqual([
      "calendar-removed", "calendar-removed", "connection-changed", "object-removed", "object-removed",
    ]);
    expect(t.provider.calendar("/work/").keys()).toEqual(["/a.ics"]);
    await expect(t.organization.disconnect(t.connectionId, { disposition: "purge" })).rejects.toMatchObject({ code: "not-found" });

    await t.organization.connect({ accountId: t.accountId, provider: t.provider.id, address: "ada@example.test", credential });
    expect((await t.organization.sync()).ok).toBe(true);
    expect(await t.organization.listCalendars()).toHaveLength(2);
  });

  test("stops a sync that is under way", async () => {
    const t = await connected();
    t.provider.calendar("/work/").put("/c.ics", sampleObject("c"));
    t.provider.calendar("/home/").put("/c.ics", sampleObject("c"));
    let ended: Promise<unknown> = Promise.resolve();
    t.provider.faults.push(() => {
      ended = t.organization.disconnect(t.connectionId, { disposition: "keep" });
      return null;
    });
    const report = await t.organization.sync();
    await ended;
    expect(report.ok).toBe(false);
    expect(await t.organization.listConnections()).toMatchObject([{ state: "disconnected" }]);
    expect(await t.store.organization("org").jobs.dueAt("sync-calendar", t.calendarId)).toBeNull();
  });

  test("a purge that died midway is finished by connecting the same login again, which then is a new connection", async () => {
    for (const steps of [0, 1, 2]) {
      const t = await connected();
      const { retention } = t.store.organization("org");
      await retention.stopConnection({ connectionId: t.connectionId, purge: true, actor: "host", now: t.clock.now() });
      for (let step = 0; step < steps; step += 1) expect((await retention.purgeConnection(t.connectionId, t.clock.now())).done).toBe(false);
      const connect = () => t.organization.connect({ accountId: t.accountId, provider: t.provider.id, address: "ada@example.test", credential });
      const again = await connect();
      expect(again.reconnected).toBe(false);
      expect(again.connection.id).not.toBe(t.connectionId);
      expect(await retention.rowsOf({ connectionId: t.connectionId })).not.toHaveProperty("connection");
      expect((await t.organization.sync()).ok).toBe(true);
      expect(await retention.rowsOf({ connectionId: again.connection.id })).toMatchObject({ connection: 1, calendar: 2, calendar_object: 2 });
      expect(await connect()).toMatchObject({ reconnected: true, connection: { id: again.connection.id } });
      await t.engine.close();
    }
  });

  test("is told to applications with a feed of their own", async () => {
    const t = await connected();
    const application = await t.organization.applications.create({ name: "Meet" });
    await t.organization.applications.authorize({ applicationId: application.id, accountId: t.accountId, scopes: ["read_events", "list_calendars", "read_free_busy"] });
    const mine = t.organization.application(application.id);
    const since = await mine.changesHead();
    await t.organization.disconnect(t.connectionId, { disposition: "keep" });
    const kinds = (await mine.changes(since)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "calendar-removed")).toHaveLength(2);
    expect(kinds).toContain("busy-changed");
    expect(kinds).toContain("account-changed");
    expect(await mine.calendars(t.accountId)).toEqual([]);
  });

  test("of a foreign or unknown id answers the same", async () => {
    const t = await connected();
    const other = await t.engine.openOrganization("other");
    for (const disposition of ["keep", "purge"] as const) {
      await expect(other.disconnect(t.connectionId, { disposition })).rejects.toMatchObject({ code: "not-found" });
      await expect(t.organization.disconnect("con_nothing", { disposition })).rejects.toMatchObject({ code: "not-found" });
    }
  });
});
