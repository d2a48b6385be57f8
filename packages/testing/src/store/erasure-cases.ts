import { expect } from "vitest";
import type { NewErasure, OrganizationStore } from "@kalends/model";
import { batch, changeOf, storedObject, syncJob, type StoreCase, type StoreWorld } from "./store-world.ts";

const request: NewErasure = {
  id: "era-1", accountId: "account-1", actor: "dpo", found: { account: 1 }, items: ["crm", "mail", "crm"],
  grants: [{ connectionId: "connection-1", provider: "caldav", sealed: new Uint8Array([7, 8, 9]) }], now: 9_000,
};

async function filled(world: StoreWorld): Promise<OrganizationStore> {
  await world.populate("org-b");
  const org = await world.populate("org-a", ["calendar-1", "calendar-2"]);
  const first = await world.startPass();
  const puts = [storedObject("old", { first: 1_000, last: 2_000 }), storedObject("new", { first: 5_000, last: 6_000 }), storedObject("endless", { first: 10, last: null })];
  const spans = [{ kind: "busy" as const, from: 1_000, to: 2_000 }, { kind: "busy" as const, from: 5_000, to: 6_000 }];
  await org.sync.applyBatch(batch(first, { puts, changes: puts.map((put) => changeOf(put)), busySpans: spans, jobs: [syncJob(100)] }));
  await org.sync.release("calendar-1", first.claim.token, null, 1_000);
  await org.credentials.put("connection-1", new Uint8Array([1]), 0);
  await org.dataKeys.add("account-1", { keyId: "k", wrapped: new Uint8Array([2]) });
  await org.directory.putAuthorization({
    organizationId: "org-a", id: "aut-1", applicationId: "app-1", accountId: "account-1", scopes: ["read_free_busy"], detail: "busy", noDescriptions: false,
    privateEvents: false, raisedCalendarIds: [], excludedCalendarIds: [], state: "active", createdAt: 5, endedAt: null, endReason: null,
  });
  return org;
}

const held: StoreCase = {
  title: "what is held of an account: by the end of its events, its rights, its logins",
  async run(world) {
    await filled(world);
    await world.turn();
    const { retention } = world.org();
    expect(await retention.heldOf("account-1", { due: 2_000, left: 6_000 })).toMatchObject({
      accountId: "account-1", purging: false, due: { rows: 1, oldest: 2_000 }, left: { rows: 1, oldest: 6_000 },
      credentials: [{ connectionId: "connection-1", refusedAt: null, disconnectedAt: null }], authorizations: [{ id: "aut-1", applicationId: "app-1", endedAt: null }],
    });
    expect(await retention.heldOf("account-1", { due: 1_999, left: 1_999 })).toMatchObject({ due: null, left: null, events: 5 });
    expect(await retention.heldOf("nobody", { due: 0, left: 0 })).toBeNull();
    expect(await retention.accountIds(null, 10)).toEqual(["account-1"]);
    expect(await retention.accountIds("account-1", 10)).toEqual([]);
    const records = await retention.heldRecords(1_500);
    expect(records.find(({ table }) => table === "change_record")).toMatchObject({ recent: { rows: 3 } });
  },
};

const passed: StoreCase = {
  title: "passed events are cut down to their marks, and told as removed",
  async run(world) {
    await filled(world);
    const { retention } = world.org();
    expect(await retention.forgetPassed("account-1", 2_000, 9_000)).toEqual({ done: false, rows: { busy_span: 1, calendar_object: 1 } });
    await world.turn();
    expect(await world.org().retention.forgetPassed("account-1", 2_000, 9_000)).toEqual({ done: true, rows: {} });
    const objects = await world.org().reader.objects("calendar-1", null, null, 10);
    expect(objects.find(({ remoteKey }) => remoteKey === "old")).toMatchObject({ outside: true, first: 0, last: 0, timing: '{"events":[]}', content: null, title: null });
    expect(objects.filter(({ outside }) => !outside)).toHaveLength(2);
    expect((await world.org().feed.read(0, 100)).at(-1)).toMatchObject({ kind: "object-removed", remoteKey: "old", at: 9_000 });
    expect(await world.org().retention.heldOf("account-1", { due: 2_000, left: 2_000 })).toMatchObject({ due: null });
  },
};

const events: StoreCase = {
  title: "events go under the rights that were decided on, and not under others",
  async run(world) {
    await filled(world);
    const { retention } = world.org();
    const rules = (await retention.heldOf("account-1", { due: 0, left: 0 }))?.rules ?? -1;
    await expect(retention.purgeEvents("account-1", rules + 1, 9_000)).rejects.toMatchObject({ code: "revision-conflict" });
    expect(await retention.purgeEvents("account-1", rules, 9_000)).toMatchObject({ done: false, rows: { calendar_object: 3, busy_span: 2 } });
    await world.turn();
    expect(await world.org().retention.purgeEvents("account-1", rules, 9_000)).toEqual({ done: true, rows: {} });
    expect(await world.org().directory.listCalendars()).toHaveLength(2);
  },
};

const forgotten: StoreCase = {
  title: "an erasure hides the account at once and removes it step by step, the account last",
  async run(world) {
    const org = await filled(world);
    const other = await world.org("org-b").retention.rowsOf({ accountId: "account-1" });
    await org.erasures.begin(request);
    await org.erasures.begin(request);
    await world.turn();
    const { directory, erasures, dataKeys, jobs, feed } = world.org();
    expect(await directory.findAccount("account-1")).toBeNull();
    expect(await directory.listAccounts()).toEqual([]);
    expect(await directory.readRules("account-1")).toBeNull();
    expect(await directory.listConnections()).toEqual([]);
    expect(await directory.listCalendars()).toEqual([]);
    expect(await directory.listAuthorizations()).toMatchObject([{ state: "ended" }]);
    expect(await jobs.dueAt("sync-calendar", "calendar-1")).toBeNull();
    expect((await feed.read(0, 100)).filter(({ kind }) => kind === "erasure-requested")).toHaveLength(1);
    expect(await erasures.items("era-1")).toEqual([{ system: "crm", doneAt: null, doneBy: null }, { system: "mail", doneAt: null, doneBy: null }]);
    expect(await erasures.list({ unfinished: true })).toMatchObject([{ id: "era-1", accountId: "account-1", found: { account: 1 }, key: null, finishedAt: null }]);
    expect((await erasures.grants("era-1")).map(({ sealed }) => [...sealed])).toEqual([[7, 8, 9]]);
    await dataKeys.remove("account-1");
    await erasures.noteKey("era-1", { end: "logical", keyId: "k", epoch: 1 });
    await erasures.noteKey("era-1", { end: "final", keyId: null, epoch: null });
    for (let steps = 1; ; steps += 1) {
      await world.turn();
      if ((await world.org().retention.purgeAccount("account-1", { records: true, now: 9_001 })).done) break;
      expect(steps).toBeLessThan(10);
    }
    await world.turn();
    expect(await world.org().retention.rowsOf({ accountId: "account-1" })).toEqual({ change_record: 1 });
    expect(await world.org().retention.purgeAccount("account-1", { records: true, now: 9_002 })).toEqual({ done: true, rows: {} });
    expect(await world.org("org-b").retention.rowsOf({ accountId: "account-1" })).toEqual(other);
    await expect(world.org("org-b").retention.purgeAccount("account-1", { records: true, now: 1 })).rejects.toMatchObject({ code: "not-found" });
    expect(await world.org().retention.accountIds(null, 10)).toEqual([]);
  },
};

const followedUp: StoreCase = {
  title: "an erasure is finished once, its grants leave one by one, its items are ticked off once",
  async run(world) {
    const org = await filled(world);
    await org.erasures.begin(request);
    await org.erasures.finish("era-1", 9_500);
    await org.erasures.finish("era-1", 9_600);
    await org.erasures.dropGrant("era-1", "connection-1");
    expect(await org.erasures.tick("era-1", "crm", "ops", 9_700)).toBe(true);
    await world.turn();
    const { erasures, audit } = world.org();
    expect(await erasures.find("era-1")).toMatchObject({ finishedAt: 9_500, requestedAt: 9_000, actor: "dpo" });
    expect(await erasures.grants("era-1")).toEqual([]);
    expect(await erasures.tick("era-1", "crm", "ops", 9_800)).toBe(false);
    await expect(erasures.tick("era-1", "nobody", "ops", 1)).rejects.toMatchObject({ code: "not-found" });
    expect(await erasures.find("era-2")).toBeNull();
    expect(await world.org("org-b").erasures.list()).toEqual([]);
    expect((await audit.read(0, 100)).filter(({ action }) => action === "erase")).toHaveLength(3);
    // An older copy of the database knows nothing of it and begins anew; one that finished it and has the account again begins again.
    await erasures.begin(request);
    expect(await erasures.find("era-1")).toMatchObject({ finishedAt: null, key: null });
  },
};

const aged: StoreCase = {
  title: "records go by age, and the logs never",
  async run(world) {
    await filled(world);
    const { retention, feed } = world.org();
    const [first] = await feed.read(0, 1);
    expect(await retention.dropRecords("change_record", (first?.at ?? 0) - 1)).toBe(0);
    expect(await retention.dropRecords("change_record", first?.at ?? 0)).toBe(3);
    for (const table of ["audit_record", "alert_record", "account", "nothing"]) {
      await expect(Promise.resolve().then(() => retention.dropRecords(table, 1e15))).rejects.toMatchObject({ code: "invalid-argument" });
    }
    expect(await feed.head()).toBe(3);
  },
};

/** Begins the work again and again, each time dying one statement later, until it passes; returns how often it died. */
async function dyingAtEveryStatement(world: StoreWorld, work: (org: OrganizationStore) => Promise<void>): Promise<number> {
  const others = await world.org("org-b").retention.rowsOf({ accountId: "account-1" });
  for (let statement = 1; ; statement += 1) {
    expect(statement).toBeLessThan(500);
    const thrown = await world.failingAt(statement, () => work(world.org()));
    await world.turn();
    expect(await world.org("org-b").retention.rowsOf({ accountId: "account-1" })).toEqual(others);
    if (thrown === null) return statement - 1;
    // What is left still has its parent: a calendar's rows their calendar, all rows the account.
    const left = await world.org().retention.rowsOf({ accountId: "account-1" });
    const children = Object.keys(left).filter((table) => !["account", "change_record", "application_record"].includes(table));
    if (children.length > 0) expect(left, `after a death at statement ${statement}`).toHaveProperty("account", 1);
  }
}

const dyingErasure: StoreCase = {
  title: "an erasure that dies at any of its statements goes on where it was",
  async run(world) {
    await filled(world);
    const died = await dyingAtEveryStatement(world, async ({ erasures, retention, dataKeys }) => {
      await erasures.begin(request);
      await dataKeys.remove("account-1");
      await erasures.noteKey("era-1", { end: "logical", keyId: "k", epoch: 1 });
      while (!(await retention.purgeAccount("account-1", { records: true, now: 9_001 })).done);
      await erasures.dropGrant("era-1", "connection-1");
      await erasures.finish("era-1", 9_002);
    });
    expect(died).toBeGreaterThan(30);
    expect(await world.org().retention.rowsOf({ accountId: "account-1" })).toEqual({ change_record: 1 });
    expect(await world.org().erasures.find("era-1")).toMatchObject({ finishedAt: 9_002 });
    expect((await world.org().audit.verify()).ok).toBe(true);
  },
};

const dyingPurge: StoreCase = {
  title: "a purge that dies at any of its statements goes on where it was",
  async run(world) {
    await filled(world);
    const died = await dyingAtEveryStatement(world, async ({ retention }) => {
      const account = await retention.heldOf("account-1", { due: 0, left: 0 });
      if (account === null) return;
      if (!account.purging) {
        while (!(await retention.purgeEvents("account-1", account.rules, 9_000)).done);
        await retention.dropCredential("connection-1");
        await retention.beginPurge("account-1", account.rules, 9_001);
      }
      while (!(await retention.purgeAccount("account-1", { records: false, now: 9_002 })).done);
    });
    // Where nobody waits for the end of a reading, its fault kills nobody.
    expect(died).toBeGreaterThan(20);
    // The feed told of three objects and of their end, each once.
    expect(await world.org().retention.rowsOf({ accountId: "account-1" })).toEqual({ change_record: 6 });
  },
};

export const erasureCases: readonly StoreCase[] = [held, passed, events, forgotten, followedUp, aged, dyingErasure, dyingPurge];
