import { describe, expect, test } from "vitest";
import { KalendsError, Secret } from "@kalends/model";
import { defaultApplicationId } from "@kalends/core";
import { openTestEngine, type TestEngine } from "./open-test-engine.ts";
import { hour, sampleObject } from "./sample-object.ts";

const dayMs = 86_400_000;
const credential = { kind: "password", username: "ada", password: new Secret("correct horse") } as const;

async function synced(): Promise<TestEngine & { accountId: string }> {
  const t = await openTestEngine();
  t.provider.calendar("/work/").put("/a.ics", sampleObject("a"));
  t.provider.calendar("/work/").put("/b.ics", sampleObject("b", { start: hour(100), end: hour(101) }));
  t.provider.calendar("/home/").put("/weekly.ics", sampleObject("weekly", { rules: ["FREQ=WEEKLY"] }));
  const accountId = await t.connect();
  expect((await t.organization.sync()).ok).toBe(true);
  return { ...t, accountId };
}

async function endAll(t: TestEngine, accountId: string): Promise<void> {
  for (const { id } of await t.organization.applications.listAuthorizations({ accountId })) await t.organization.applications.endAuthorization(id, "cancelled");
}

const rowsOf = (t: TestEngine, accountId: string) => t.store.organization("org").retention.rowsOf({ accountId });
const run = (t: TestEngine) => t.organization.retention.run({ confirmClock: true });

describe("the runner", () => {
  test("after the last right ended: hidden at once, events and login on day 30, ids on day 90, nothing a moment early", async () => {
    const t = await synced();
    const other = await t.organization.createAccount();
    await endAll(t, t.accountId);
    const before = await rowsOf(t, t.accountId);
    const start = t.clock.now();
    await t.clock.advance(30 * dayMs - 1);
    expect(await run(t)).toMatchObject({ due: [], leftRows: 0 });
    expect(await rowsOf(t, t.accountId)).toMatchObject({ calendar_object: before["calendar_object"], credential: 1 });
    await t.clock.advance(1);
    const plan = await t.organization.retention.plan();
    expect(plan.decisions.filter(({ action }) => action === "purge").map(({ rule }) => rule).sort()).toEqual(["credential-no-authorization", "third-party-no-authorization"]);
    const report = await run(t);
    expect(report).toMatchObject({ held: false, leftRows: 0, removed: { calendar_object: 3, credential: 1 } });
    const left = await rowsOf(t, t.accountId);
    for (const table of ["calendar_object", "busy_span", "credential", "tombstone", "job"]) expect(left[table], table).toBeUndefined();
    expect(left).toMatchObject({ account: 1, connection: 1, calendar: 2 });

    await t.clock.advance(start + 90 * dayMs - 1 - t.clock.now());
    await run(t);
    expect(await rowsOf(t, t.accountId)).toMatchObject({ account: 1, connection: 1, calendar: 2 });
    await t.clock.advance(1);
    await run(t);
    // What the feed told of it is as old as the end itself, and goes the same day or later.
    expect(Object.keys(await rowsOf(t, t.accountId)).filter((table) => table !== "change_record")).toEqual([]);
    expect(await t.organization.findAccount(t.accountId)).toBeNull();
    expect(await t.organization.findAccount(other.id)).not.toBeNull();
    expect((await t.organization.audit.read(0)).filter(({ action }) => action === "purge").length).toBeGreaterThan(1);
    expect(await run(t)).toMatchObject({ due: [], removed: {} });
  });

  test("a right that is renewed before the time has come cancels the clocks; on day 60 a reconnect finds the same ids", async () => {
    const t = await synced();
    const ids = (await t.organization.listCalendars()).map(({ id }) => id);
    await endAll(t, t.accountId);
    await t.clock.advance(29 * dayMs);
    await run(t);
    await t.organization.applications.authorize({ applicationId: defaultApplicationId, accountId: t.accountId, scopes: ["read_events", "read_free_busy"] });
    await t.clock.advance(2 * dayMs);
    expect(await run(t)).toMatchObject({ due: [] });
    expect(await rowsOf(t, t.accountId)).toMatchObject({ calendar_object: 3, credential: 1 });

    await endAll(t, t.accountId);
    await t.clock.advance(60 * dayMs);
    await run(t);
    expect(await rowsOf(t, t.accountId)).not.toHaveProperty("credential");
    await t.organization.applications.authorize({ applicationId: defaultApplicationId, accountId: t.accountId, scopes: ["read_events", "read_free_busy"] });
    await t.organization.connect({ accountId: t.accountId, provider: t.provider.id, address: "ada@example.test", credential });
    expect((await t.organization.listCalendars()).map(({ id }) => id)).toEqual(ids);
    expect((await t.organization.sync()).ok).toBe(true);
    expect(await rowsOf(t, t.accountId)).toMatchObject({ calendar_object: 3 });
  });

  test("an event that left the window is cut down to its mark 31 days later, and comes back with a wider window", async () => {
    const t = await synced();
    const [work] = (await t.organization.listCalendars()).filter(({ remoteKey }) => remoteKey === "/work/");
    const objects = () => t.store.organization("org").reader.objects(work?.id ?? "", null, null, 10);
    // It ended on 2026-11-20 at 10:00; it leaves 42 days after its end, and goes 31 days after that.
    const due = Date.parse("2026-11-20T10:00:00Z") + (42 + 31) * dayMs;
    await t.clock.advance(due - 1 - t.clock.now());
    await run(t);
    expect((await objects()).map(({ uid, outside }) => [uid, outside])).toEqual([["a", false], ["b", false]]);
    await t.clock.advance(1);
    expect(await run(t)).toMatchObject({ removed: { calendar_object: 1 }, due: [{ rule: "third-party-outside-window", rows: 1 }] });
    expect((await objects())[0]).toMatchObject({ uid: "a", outside: true, first: 0, last: 0, title: null, content: null, description: null });
    expect(await run(t)).toMatchObject({ due: [] });
    expect((await t.organization.sync()).ok).toBe(true);
    expect((await objects())[0]).toMatchObject({ uid: "a", outside: true });
    await t.organization.applications.change(defaultApplicationId, { window: { daysBack: 400, daysAhead: 201 } });
    expect((await t.organization.sync()).ok).toBe(true);
    expect((await objects()).map(({ uid, outside }) => [uid, outside])).toEqual([["a", false], ["b", false]]);
  });

  test("a provider that calls the grant void: the login and all jobs go at once, the rest stays", async () => {
    const t = await synced();
    const [connection] = await t.organization.listConnections();
    const store = t.store.organization("org");
    t.provider.calendar("/work/").put("/new.ics", sampleObject("new"));
    t.provider.faults.push(new KalendsError("grant-revoked", "taken back"), new KalendsError("grant-revoked", "taken back"));
    await t.organization.sync();
    expect(await t.organization.listConnections()).toMatchObject([{ state: "needs-reauth", errorCode: "grant-revoked" }]);
    expect(await store.credentials.get(connection?.id ?? "")).toBeNull();
    for (const calendar of await t.organization.listCalendars()) expect(await store.jobs.dueAt("sync-calendar", calendar.id)).toBeNull();
    expect(await rowsOf(t, t.accountId)).toMatchObject({ calendar_object: 3 });
  });

  test("records of the feed go 90 days after they were written", async () => {
    const t = await synced();
    const head = await t.organization.changesHead();
    await t.clock.advance(90 * dayMs - 1);
    await run(t);
    expect((await t.organization.changes(0)).slice(0, head).map(({ sequence }) => sequence)).toEqual(Array.from({ length: head }, (_, index) => index + 1));
    await t.clock.advance(1);
    await run(t);
    expect((await t.organization.changes(0)).every(({ at }) => at > t.clock.now() - 90 * dayMs)).toBe(true);
    expect(await t.organization.changesHead()).toBeGreaterThanOrEqual(head);
  });

  test("a clock that jumped a day and more removes nothing until it is confirmed; one that was put back forgets nothing", async () => {
    const t = await synced();
    await t.organization.retention.run();
    await endAll(t, t.accountId);
    await t.clock.advance(400 * dayMs);
    const held = await t.organization.retention.run();
    expect(held).toMatchObject({ held: true, removed: {} });
    expect(held.due.length).toBeGreaterThan(0);
    expect(await rowsOf(t, t.accountId)).toMatchObject({ calendar_object: 3, credential: 1, account: 1 });
    expect((await t.organization.alerts.open()).map(({ raised }) => raised.kind)).toContain("clock-jumped");
    expect((await t.organization.retention.report()).clock).toMatchObject({ held: true });
    expect(await t.organization.retention.run({ confirmClock: true })).toMatchObject({ held: false, leftRows: 0 });
    expect(await t.organization.findAccount(t.accountId)).toBeNull();
  });

  test("the scheduler does it by itself", async () => {
    const t = await synced();
    await endAll(t, t.accountId);
    for (let hours = 0; hours < 31 * 24; hours += 22) {
      await t.clock.advance(22 * 3_600_000);
      await t.engine.scheduler.drain();
    }
    expect(await rowsOf(t, t.accountId)).not.toHaveProperty("calendar_object");
  });

  test("a right that comes back between deciding and removing stops the removal", async () => {
    const t = await synced();
    await endAll(t, t.accountId);
    const { retention } = t.store.organization("org");
    const held = await retention.heldOf(t.accountId, { left: 0, due: 0 });
    await t.organization.applications.authorize({ applicationId: defaultApplicationId, accountId: t.accountId, scopes: ["read_events"] });
    for (const step of [() => retention.purgeEvents(t.accountId, held?.rules ?? 0, 1), () => retention.beginPurge(t.accountId, held?.rules ?? 0, 1)]) {
      await expect(step()).rejects.toMatchObject({ code: "revision-conflict" });
    }
    expect(await rowsOf(t, t.accountId)).toMatchObject({ calendar_object: 3 });
  });
});

test("the report names every class, and what keeps it", async () => {
  const t = await synced();
  const report = await t.organization.retention.report();
  expect(report.classes.map((one) => [one.class, one.rows > 0])).toEqual([
    ["third-party-event", true], ["partner-event", false], ["credential", true], ["structure", true], ["smart-invite", false],
    ["operational", true], ["configuration", true], ["audit", true],
  ]);
  expect(report.classes.filter(({ rows }) => rows === 0).every(({ note }) => note !== null)).toBe(true);
  expect(JSON.stringify(report)).not.toContain("Title of");
});

test("under a policy that keeps no content no text is asked for, stored or shown, and what was stored before goes", async () => {
  const t = await synced();
  const second = await openTestEngine({ store: t.store, provider: t.provider, engine: { retention: "no-content" } });
  await second.organization.retention.run();
  const [calendar] = (await t.organization.listCalendars()).filter(({ remoteKey }) => remoteKey === "/work/");
  const stored = await t.store.organization("org").reader.objects(calendar?.id ?? "", null, null, 10);
  expect(stored.map(({ title, content, description }) => [title, content, description])).toEqual([[null, null, null], [null, null, null]]);
  t.provider.calendar("/work/").put("/c.ics", sampleObject("c"));
  expect((await second.organization.sync()).ok).toBe(true);
  expect(t.provider.pulls.at(-1)?.reach).toEqual({ titles: false, content: false, descriptions: false });
  const shown = await second.organization.occurrences({ calendarId: calendar?.id ?? "", from: "2026-11-20T00:00:00Z", to: "2026-11-21T00:00:00Z" });
  expect(shown.occurrences.length).toBeGreaterThan(0);
  expect(JSON.stringify(shown)).not.toContain("Title of");
});
