import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { defaultApplicationId } from "@kalends/core";
import type { StoredObject } from "@kalends/model";
import { openSqliteStore } from "@kalends/store-sqlite";
import { openTestEngine, type TestEngine } from "./open-test-engine.ts";
import { hour, sampleObject } from "./sample-object.ts";

const range = { from: "2026-11-20T00:00:00Z", to: "2026-11-22T00:00:00Z" };

async function openWorld() {
  const t = await openTestEngine();
  const work = t.provider.calendar("/work/");
  work.put("/1.ics", sampleObject("1"));
  work.put("/2.ics", sampleObject("2", { start: hour(30), end: hour(31), visibility: "private" }));
  t.provider.calendar("/home/").put("/3.ics", sampleObject("3", { start: hour(20), end: hour(21) }));
  const accountId = await t.connect();
  await t.organization.sync();
  const [own] = await t.organization.applications.listAuthorizations({ accountId });
  const named = async (remoteKey: string) => (await t.organization.listCalendars()).find((one) => one.remoteKey === remoteKey)?.id ?? "";
  return { t, accountId, own: own?.id ?? "", work: await named("/work/"), home: await named("/home/") };
}

async function stored(t: TestEngine, calendarId: string): Promise<StoredObject[]> {
  return t.store.organization("org").reader.objects(calendarId, null, null, 100);
}

/** Which sealed columns are there, for each object. */
async function columns(t: TestEngine, calendarId: string): Promise<string[]> {
  const texts = (one: StoredObject): string => ["title", "content", "description"].filter((name) => one[name as "title"] !== null).join("+");
  return (await stored(t, calendarId)).map((one) => `${one.uid}: ${one.outside ? "outside" : texts(one) || "times"}`);
}

describe("a rule that becomes narrower", () => {
  test("descriptions, content, titles and private texts go at once, without a request", async () => {
    const { t, own, work } = await openWorld();
    const { applications } = t.organization;
    const pulls = t.provider.pulls.length;
    expect(await columns(t, work)).toEqual(["1: title+description", "2: title+description"]);
    await applications.changeAuthorization(own, { noDescriptions: true });
    expect(await columns(t, work)).toEqual(["1: title", "2: title"]);
    await applications.changeAuthorization(own, { privateEvents: false });
    expect(await columns(t, work)).toEqual(["1: title", "2: times"]);
    await applications.changeAuthorization(own, { detail: "busy" });
    expect(await columns(t, work)).toEqual(["1: times", "2: times"]);
    expect(t.provider.pulls.length).toBe(pulls);
    // What was dropped is no change of the calendar: the next reading finds nothing new.
    const head = await t.organization.changesHead();
    await t.organization.sync({ fresh: true });
    expect(await t.organization.changesHead()).toBe(head);
    expect(await columns(t, work)).toEqual(["1: times", "2: times"]);
    expect(t.provider.pulls.at(-1)?.reach).toEqual({ titles: false, content: false, descriptions: false });
    await t.store.close();
  });

  test("an excluded calendar keeps no row, is not asked for again, and is busy for nobody", async () => {
    const { t, accountId, own, home } = await openWorld();
    const head = await t.organization.changesHead();
    await t.organization.applications.changeAuthorization(own, { excludedCalendarIds: [home] });
    expect(await stored(t, home)).toEqual([]);
    expect((await t.organization.changes(head)).map(({ kind, uid }) => `${kind} ${uid}`)).toEqual(["object-removed 3"]);
    const pulls = t.provider.pulls.length;
    await t.organization.sync({ fresh: true });
    await t.engine.scheduler.drain();
    expect(t.provider.pulls.slice(pulls).map(({ calendar }) => calendar)).not.toContain("/home/");
    const busy = await t.organization.freeBusy({ accounts: [accountId], ...range, whenStale: "fail" });
    expect(busy.merged.map(({ from }) => from.slice(11, 13))).toEqual(["09", "06"]);
    await t.store.close();
  });

  test("a shorter window leaves of what lies beyond it only that it exists", async () => {
    const { t, work } = await openWorld();
    t.provider.calendar("/work/").put("/far.ics", sampleObject("far", { start: hour(24 * 100), end: hour(24 * 100 + 1) }));
    await t.organization.sync();
    const head = await t.organization.changesHead();
    await t.organization.applications.change(defaultApplicationId, { window: { daysBack: 1, daysAhead: 30 } });
    expect((await columns(t, work)).find((line) => line.startsWith("far"))).toBe("far: outside");
    expect((await t.organization.changes(head)).map(({ kind, uid }) => `${kind} ${uid}`)).toEqual(["object-removed far"]);
    const spans = await t.store.organization("org").reader.busySpans([work], { from: 0, to: 8e15 });
    expect(spans.get(work)?.every(({ to }) => to <= Date.UTC(2026, 11, 20, 8))).toBe(true);
    await t.store.close();
  });

  test("what another application still needs stays", async () => {
    const { t, accountId, own, work } = await openWorld();
    const { id } = await t.organization.applications.create({ name: "Other" });
    await t.organization.applications.authorize({ applicationId: id, accountId, scopes: ["read_events"], detail: "title" });
    await t.organization.applications.endAuthorization(own, "withdrawn");
    expect(await columns(t, work)).toEqual(["1: title", "2: times"]);
    await t.store.close();
  });

  test("a running sync by the old rules stores nothing any more", async () => {
    const { t, own, work } = await openWorld();
    t.provider.calendar("/work/").put("/1.ics", sampleObject("1", { content: { title: "New", description: "new words" } }));
    // The rules change while the provider's answer is under way.
    t.provider.faults.push(() => null);
    const pull = t.provider.pullPage.bind(t.provider);
    t.provider.pullPage = async (access, request) => {
      const page = await pull(access, request);
      t.provider.pullPage = pull;
      await t.organization.applications.changeAuthorization(own, { detail: "busy" });
      return page;
    };
    const report = await t.organization.syncCalendar(work);
    expect(report.error?.code).toBe("claim-lost");
    expect(await columns(t, work)).toEqual(["1: times", "2: times"]);
    await t.organization.sync();
    expect(await columns(t, work)).toEqual(["1: times", "2: times"]);
    await t.store.close();
  });

  test("no byte of what was dropped is left in the files", async () => {
    const folder = mkdtempSync(join(tmpdir(), "kalends-rules-"));
    const store = await openSqliteStore({ path: join(folder, "kalends.db") });
    const t = await openTestEngine({ store });
    t.provider.calendar("/work/").put("/1.ics", sampleObject("1"));
    await t.connect();
    await t.organization.sync();
    const [calendar] = await t.organization.listCalendars();
    const sealed = (await stored(t, calendar?.id ?? "")).flatMap(({ title, description }) => [title, description]).map((bytes) => Buffer.from(bytes ?? []));
    const held = (): boolean[] => {
      const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
      return sealed.map((value) => files.some((file) => file.includes(value)));
    };
    expect(held()).toEqual([true, true]);
    const [own] = await t.organization.applications.listAuthorizations();
    await t.organization.applications.changeAuthorization(own?.id ?? "", { detail: "busy" });
    await store.close();
    expect(held()).toEqual([false, false]);
    rmSync(folder, { recursive: true });
  });
});

describe("a rule that becomes wider", () => {
  test("everything is read again although no revision moved, in one whole reading that may be interrupted", async () => {
    const { t, own, work } = await openWorld();
    await t.organization.applications.changeAuthorization(own, { detail: "busy" });
    await t.organization.sync();
    await t.organization.applications.changeAuthorization(own, { detail: "full", privateEvents: true });
    expect(await t.store.organization("org").jobs.dueAt("sync-calendar", work)).toBe(t.clock.now());
    const first = await t.organization.sync();
    expect(first.ok).toBe(true);
    expect(await columns(t, work)).toEqual(["1: title+description", "2: title+description"]);
    // Once is enough.
    const before = t.provider.pulls.length;
    await t.organization.sync();
    expect(t.provider.pulls.slice(before).every(({ cursor }) => cursor !== null)).toBe(true);
    await t.store.close();
  });

  test("a calendar that is no longer excluded is read", async () => {
    const { t, own, home } = await openWorld();
    await t.organization.applications.changeAuthorization(own, { excludedCalendarIds: [home] });
    await t.organization.applications.changeAuthorization(own, { excludedCalendarIds: [] });
    await t.engine.scheduler.drain();
    expect(await columns(t, home)).toEqual(["3: title+description"]);
    await t.store.close();
  });
});

describe("ending and authorizing", () => {
  test("ending hides everything at once; authorizing again shows it again", async () => {
    const { t, accountId } = await openWorld();
    const { applications } = t.organization;
    const { id } = await applications.create({ name: "Other" });
    const input = { applicationId: id, accountId, scopes: ["read_events", "list_calendars", "read_account"] as const };
    const made = await applications.authorize({ ...input, scopes: [...input.scopes] });
    await t.organization.sync();
    t.provider.calendar("/work/").put("/4.ics", sampleObject("4"));
    await t.organization.sync();
    const app = t.organization.application(id);
    expect((await app.changes(0)).map(({ kind }) => kind)).toEqual(["authorization-changed", "event-created"]);
    await applications.endAuthorization(made.id, "withdrawn by the user");
    const refused = "There is no account " + accountId;
    for (const call of [() => app.account(accountId), () => app.calendars(accountId), () => app.events({ accountId, ...range }), () => app.status(accountId),
      () => app.freeBusy({ accounts: [accountId], ...range, whenStale: "ignore" })]) {
      await expect(call()).rejects.toMatchObject({ code: "not-found", message: refused });
    }
    expect(await app.accounts()).toEqual([]);
    expect((await app.changes(0)).map(({ kind, sequence }) => `${sequence} ${kind}`)).toEqual(["3 authorization-ended"]);
    await expect(applications.changeAuthorization(made.id, { detail: "busy" })).rejects.toMatchObject({ code: "not-found" });
    await applications.authorize({ ...input, scopes: [...input.scopes] });
    expect((await app.events({ accountId, ...range })).flatMap(({ occurrences }) => occurrences.map(({ uid }) => uid)).sort()).toEqual(["1", "3", "4"]);
    await expect(applications.authorize({ ...input, scopes: [...input.scopes] })).rejects.toMatchObject({ code: "already-exists" });
    await t.store.close();
  });

  test("the last one ended: nothing is read any more, nothing is dropped yet", async () => {
    const { t, own, work } = await openWorld();
    await t.organization.applications.endAuthorization(own, "withdrawn");
    const pulls = t.provider.pulls.length;
    await t.organization.sync();
    await t.engine.scheduler.drain();
    expect(t.provider.pulls.length).toBe(pulls);
    expect(await columns(t, work)).toHaveLength(2);
    await t.store.close();
  });

  test("two applications with different windows read different lists from one stored copy", async () => {
    const { t, accountId } = await openWorld();
    for (const days of [-43, -41, 200, 202]) {
      t.provider.calendar("/work/").put(`/d${days}.ics`, sampleObject(`d${days}`, { start: hour(24 * days + 8), end: hour(24 * days + 9) }));
    }
    const { applications } = t.organization;
    const make = async (window?: { daysBack: number; daysAhead: number }) => {
      const { id } = await applications.create({ name: "W", ...(window === undefined ? {} : { window }) });
      await applications.authorize({ applicationId: id, accountId, scopes: ["read_events"] });
      return t.organization.application(id);
    };
    const [standard, wide, narrow] = [await make(), await make({ daysBack: 100, daysAhead: 400 }), await make({ daysBack: 0, daysAhead: 2 })];
    await t.organization.sync();
    const list = async (app: typeof standard) =>
      (await app.events({ accountId, from: "2026-01-01T00:00:00Z", to: "2027-12-31T00:00:00Z" })).flatMap(({ occurrences }) => occurrences.map(({ uid }) => uid)).filter((uid) => uid.startsWith("d"));
    expect(await list(standard)).toEqual(["d-41", "d200"]);
    expect(await list(wide)).toEqual(["d-43", "d-41", "d200", "d202"]);
    expect(await list(narrow)).toEqual([]);
    const beyond = { accounts: [accountId], from: "2026-11-20T08:00:00Z", to: "2026-12-20T08:00:00Z" };
    await expect(narrow.freeBusy({ ...beyond, whenStale: "fail" })).rejects.toMatchObject({ code: "calendar-stale" });
    expect((await wide.freeBusy({ ...beyond, whenStale: "fail" })).complete).toBe(true);
    await t.store.close();
  });

  test("of many concurrent changes none is lost", async () => {
    const { t, own, work, home } = await openWorld();
    const { applications } = t.organization;
    await Promise.all([
      applications.changeAuthorization(own, { noDescriptions: true }),
      applications.changeAuthorization(own, { privateEvents: false }),
      applications.changeAuthorization(own, { excludedCalendarIds: [home] }),
    ]);
    const [after] = await applications.listAuthorizations();
    expect(after).toMatchObject({ noDescriptions: true, privateEvents: false, excludedCalendarIds: [home] });
    expect([await columns(t, work), await columns(t, home)]).toEqual([["1: title", "2: times"], []]);
    await t.store.close();
  });
});
