import { expect } from "vitest";
import { batch, changeOf, codeOf, leaseMs, storedObject, syncJob, type StoreCase } from "./store-world.ts";

const oneHolder: StoreCase = {
  title: "a calendar has one holder at a time, and each claim a higher token",
  async run(world) {
    const { sync } = await world.populate();
    const first = await sync.claim("calendar-1", "worker-1", 1_000, leaseMs);
    expect(first).toMatchObject({ cursor: null, pass: 0, storedWindow: null, spansBehind: false, refusedRemovals: null, failures: 0, lastSuccess: null, lastChange: null });
    await world.turn();
    const later = world.org().sync;
    expect(await later.claim("calendar-1", "worker-2", 1_000 + leaseMs - 1, leaseMs)).toBeNull();
    const second = await later.claim("calendar-1", "worker-2", 1_000 + leaseMs, leaseMs);
    expect(second?.token).toBeGreaterThan(first?.token ?? Number.POSITIVE_INFINITY);
    await later.renew("calendar-1", second?.token ?? 0, 1_000 + 2 * leaseMs, leaseMs);
    expect(await later.claim("calendar-1", "worker-3", 1_000 + 3 * leaseMs - 1, leaseMs)).toBeNull();
    expect(await codeOf(later.renew("calendar-1", first?.token ?? 0, 5_000, leaseMs))).toBe("claim-lost");
  },
};

const ownClaim: StoreCase = {
  title: "a holder takes its own unreleased claim over at once, under a higher token; letting go without an outcome tells nothing",
  async run(world) {
    const { sync } = await world.populate();
    const first = await sync.claim("calendar-1", "worker-1", 1_000, leaseMs);
    await sync.release("calendar-1", first?.token ?? 0, { ok: false, errorCode: "store-full", nextTry: 7_000 }, 1_001);
    const lost = await sync.claim("calendar-1", "worker-1", 1_002, leaseMs);
    const again = await sync.claim("calendar-1", "worker-1", 1_003, leaseMs);
    expect(again?.token).toBeGreaterThan(lost?.token ?? Number.POSITIVE_INFINITY);
    await sync.release("calendar-1", again?.token ?? 0, null, 1_004);
    await world.turn();
    expect((await world.org().reader.syncStates(["calendar-1"], 1_005)).get("calendar-1")).toMatchObject({
      syncing: false, failures: 1, errorCode: "store-full", nextTry: 7_000,
    });
  },
};

const outcomes: StoreCase = {
  title: "releasing records the outcome and frees the calendar",
  async run(world) {
    const { sync } = await world.populate();
    for (const now of [1_000, 2_000]) {
      const claim = await sync.claim("calendar-1", "w", now, leaseMs);
      await sync.release("calendar-1", claim?.token ?? 0, { ok: false, errorCode: "network-timeout", nextTry: 9_000 }, now + 1);
    }
    await world.turn();
    const org = world.org();
    expect((await org.reader.syncStates(["calendar-1"], 2_002)).get("calendar-1")).toMatchObject({
      syncing: false, failures: 2, errorCode: "network-timeout", nextTry: 9_000, lastSuccess: null,
    });
    const at = await world.startPass(3_000);
    expect(at.claim.failures).toBe(2);
    expect((await org.reader.syncStates(["calendar-1"], 3_001)).get("calendar-1")?.syncing).toBe(true);
    expect((await org.reader.syncStates(["calendar-1"], 3_000 + leaseMs)).get("calendar-1")?.syncing).toBe(false);
    await org.sync.applyBatch(batch(at, { completed: { pass: "snapshot", cursor: "c1", storedWindow: { from: 5, to: 6 }, hints: null }, now: 3_500 }));
    await org.sync.release("calendar-1", at.claim.token - 1, { ok: false, errorCode: "internal", nextTry: 1 }, 3_600);
    await org.sync.release("calendar-1", at.claim.token, { ok: true, errorCode: null, nextTry: 20_000, changed: true, cadence: "active" }, 3_600);
    expect((await org.reader.syncStates(["calendar-1"], 4_000)).get("calendar-1")).toMatchObject({
      syncing: false, failures: 0, errorCode: null, nextTry: 20_000, lastSuccess: 3_500, storedWindow: { from: 5, to: 6 }, cadence: "active",
    });
    expect(await org.sync.claim("calendar-1", "w", 4_000, leaseMs)).toMatchObject({
      cursor: "c1", pass: at.pass, storedWindow: { from: 5, to: 6 }, lastSuccess: 3_500, lastChange: 3_600, failures: 0,
    });
  },
};

const changeRemembered: StoreCase = {
  title: "that something changed is known from the transaction that changed it, though the worker died before it could say so",
  async run(world) {
    const { sync } = await world.populate();
    const at = await world.startPass(1_000);
    const put = storedObject("a.ics");
    await sync.applyBatch(batch(at, { puts: [put], changes: [changeOf(put)], now: 1_500 }));
    await world.turn();
    const taken = await world.startPass(1_000 + leaseMs);
    expect(taken.claim.lastChange).toBe(1_500);
    await world.org().sync.applyBatch(batch(taken, { completed: { pass: "snapshot", cursor: "c1", storedWindow: { from: 5, to: 6 }, hints: null }, now: 9_000 }));
    await world.org().sync.release("calendar-1", taken.claim.token, { ok: true, errorCode: null, nextTry: null, changed: false }, 9_001);
    expect((await world.org().sync.claim("calendar-1", "w", 9_002, leaseMs))?.lastChange).toBe(1_500);
  },
};

const passes: StoreCase = {
  title: "a pass gets the next number; a dead cursor is dropped in the same step",
  async run(world) {
    const { sync } = await world.populate();
    const at = await world.startPass();
    await sync.applyBatch(batch(at, { completed: { pass: "snapshot", cursor: "dead", storedWindow: { from: 0, to: 1 }, hints: { a: "b" } } }));
    expect(await sync.beginPass("calendar-1", at.claim.token, { forgetCursor: false })).toBe(at.pass + 1);
    expect(await sync.beginPass("calendar-1", at.claim.token, { forgetCursor: true })).toBe(at.pass + 2);
    await sync.release("calendar-1", at.claim.token, { ok: true, errorCode: null, nextTry: null }, 2_000);
    await world.turn();
    expect(await world.org().sync.claim("calendar-1", "w", 3_000, leaseMs)).toMatchObject({ cursor: null, pass: at.pass + 2 });
    expect((await world.org().directory.findCalendar("calendar-1"))?.hints).toEqual({ a: "b" });
  },
};

const fencing: StoreCase = {
  title: "a worker whose claim was taken over or given back writes nothing",
  async run(world) {
    const org = await world.populate();
    const stale = await world.startPass(1_000);
    const fresh = await world.startPass(1_000 + leaseMs);
    const put = storedObject("a.ics");
    const batchOf = (at: typeof stale) =>
      batch(at, { puts: [put], changes: [changeOf(put)], busySpans: [{ kind: "busy", from: 1, to: 2 }], jobs: [syncJob(1)] });
    const before = await world.opened.dump?.();
    expect(await codeOf(org.sync.applyBatch(batchOf(stale)))).toBe("claim-lost");
    expect(await codeOf(org.sync.replaceSpans("calendar-1", stale.claim.token, [], { from: 0, to: 1 }))).toBe("claim-lost");
    expect(await codeOf(org.sync.beginPass("calendar-1", stale.claim.token, { forgetCursor: true }))).toBe("claim-lost");
    await org.sync.release("calendar-1", stale.claim.token, { ok: true, errorCode: null, nextTry: null }, 1);
    expect(await world.opened.dump?.()).toEqual(before);
    await org.sync.applyBatch(batch(fresh, { audit: "" }));
    await world.turn();
    const after = world.org();
    expect(await after.reader.objects("calendar-1", null, null, 10)).toEqual([]);
    expect([await after.feed.head(), await after.jobs.dueAt("sync-calendar", "calendar-1")]).toEqual([0, null]);
    await after.sync.release("calendar-1", fresh.claim.token, { ok: true, errorCode: null, nextTry: null }, 2);
    expect(await codeOf(after.sync.applyBatch(batchOf(fresh)))).toBe("claim-lost");
    expect(await codeOf(after.sync.renew("calendar-1", fresh.claim.token, 3, leaseMs))).toBe("claim-lost");
    await after.sync.applyBatch(batchOf(await world.startPass(1_000_000)));
    expect(await after.feed.head()).toBe(1);
  },
};

const deadHolders: StoreCase = {
  title: "the claims and leases of a dead holder can be ended at once",
  async run(world) {
    const org = await world.populate("org-a", ["calendar-1", "calendar-2"]);
    await org.sync.claim("calendar-1", "dead", 1_000, leaseMs);
    await org.sync.claim("calendar-2", "alive", 1_000, leaseMs);
    await org.jobs.enqueue(syncJob(1));
    const job = (await world.store.jobSource.claimDue(1_000, 1, leaseMs, "dead"))[0];
    await world.turn();
    expect(await world.store.liveHolders(1_001)).toEqual(["alive", "dead"]);
    expect(await world.store.liveHolders(1_000 + leaseMs)).toEqual([]);
    await world.store.releaseHolder("dead");
    expect(await world.store.liveHolders(1_001)).toEqual(["alive"]);
    const { sync } = world.org();
    expect(await codeOf(sync.renew("calendar-1", 1, 1_002, leaseMs))).toBe("claim-lost");
    expect((await sync.claim("calendar-1", "next", 1_002, leaseMs))?.token).toBe(2);
    expect(await sync.claim("calendar-2", "next", 1_002, leaseMs)).toBeNull();
    const again = await world.store.jobSource.claimDue(1_002, 1, leaseMs, "next");
    expect(again[0]?.token).toBeGreaterThan(job?.token ?? Number.POSITIVE_INFINITY);
  },
};

const lostRuns: StoreCase = {
  title: "runs that ended without a word are counted until one ends with one: leases that ran out, and those of a worker found dead",
  async run(world) {
    const { jobs } = await world.populate();
    await jobs.enqueue(syncJob(1));
    const claim = async (now: number) => {
      const [job] = await world.store.jobSource.claimDue(now, 1, leaseMs, "worker");
      if (job === undefined) throw new Error(`no job was due at ${now}`);
      return job;
    };
    expect((await claim(1_000)).lostRuns).toBe(0);
    expect((await claim(1_000 + leaseMs)).lostRuns).toBe(1);
    await world.turn();
    await world.store.releaseHolder("worker");
    const third = await claim(1_001 + leaseMs);
    expect(third).toMatchObject({ lostRuns: 2, attempts: 0 });
    await world.store.jobSource.defer(third, { runAt: 2, owedSince: 1, errorCode: "worker-lost", deadSince: 1, lostRuns: 7 });
    const fourth = await claim(1_002 + leaseMs);
    expect(fourth.lostRuns).toBe(7);
    await world.store.jobSource.giveBack(fourth, fourth);
    const fifth = await claim(1_003 + leaseMs);
    expect(fifth.lostRuns).toBe(0);
    await world.store.jobSource.complete(fifth, null);
  },
};

const deadRenewals: StoreCase = {
  title: "a renewal of a dead holder can be ended at once, and its exchange stays known",
  async run(world) {
    const org = await world.populate();
    await org.credentials.put("connection-1", new Uint8Array([1]), 0);
    const right = await org.credentials.claimRenewal("connection-1", 1, "dead", 1_000, leaseMs);
    await org.credentials.beginExchange("connection-1", right?.token ?? 0, 1_000, leaseMs);
    await world.turn();
    const { credentials } = world.org();
    expect(await world.store.liveHolders(1_001)).toEqual(["dead"]);
    expect(await world.store.liveHolders(1_000 + leaseMs)).toEqual([]);
    await world.store.releaseHolder("somebody else");
    expect(await credentials.claimRenewal("connection-1", 1, "next", 1_002, leaseMs)).toBeNull();
    await world.store.releaseHolder("dead");
    await world.turn();
    const later = world.org().credentials;
    expect(await world.store.liveHolders(1_001)).toEqual([]);
    expect(await codeOf(later.finishRenewal("connection-1", right?.token ?? 0, new Uint8Array([2]), 1))).toBe("claim-lost");
    expect(await later.claimRenewal("connection-1", 1, "next", 1_002, leaseMs)).toEqual({ token: (right?.token ?? 0) + 1, unfinished: true });
    expect(await codeOf(later.beginExchange("connection-1", right?.token ?? 0, 1_003, leaseMs))).toBe("claim-lost");
  },
};

/** Who may sync a calendar. */
export const claimCases: readonly StoreCase[] = [oneHolder, ownClaim, outcomes, changeRemembered, passes, fencing, deadHolders, lostRuns, deadRenewals];
