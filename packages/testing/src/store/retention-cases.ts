import { expect } from "vitest";
import { batch, changeOf, storedObject, syncJob, type StoreCase, type StoreWorld } from "./store-world.ts";

/** Two connections of one account, each with a calendar, an object, a span, a job and a credential. */
async function filled(world: StoreWorld): Promise<void> {
  const org = await world.populate("org-a", ["calendar-1", "calendar-2"]);
  await world.populate("org-b", ["calendar-1"]);
  for (const [id, calendarId] of [["org-a", "calendar-1"], ["org-a", "calendar-2"], ["org-b", "calendar-1"]] as const) {
    const at = await world.startPass(1_000, id, calendarId);
    await world.org(id).sync.applyBatch(
      batch(at, {
        calendarId, puts: [storedObject("a"), storedObject("b")], changes: [changeOf(storedObject("a"))], busySpans: [{ kind: "busy", from: 1, to: 2 }],
        quarantined: [{ remoteKey: "bad", revision: "1", code: "object-invalid", reason: "broken" }], jobs: [syncJob(100)],
      }),
    );
    await world.org(id).sync.applyBatch(batch(at, { calendarId, removes: [{ remoteKey: "b", uid: "b@example.test" }] }));
    await world.org(id).sync.release(calendarId, at.claim.token, null, 1_000);
  }
  await org.credentials.put("connection-1", new Uint8Array([1, 2, 3]), 0);
}

const stopped: StoreCase = {
  title: "a connection that stops loses its jobs and claims, is listed no more, and keeps its rows",
  async run(world) {
    await filled(world);
    const org = world.org();
    const claim = await org.sync.claim("calendar-1", "worker-1", 2_000, 60_000);
    const stop = { connectionId: "connection-1", purge: false, actor: "ada", now: 5_000 };
    expect(await org.retention.stopConnection(stop)).toBe(true);
    await world.turn();
    const { retention, directory, jobs, sync, feed, audit } = world.org();
    expect(await retention.stopConnection({ ...stop, now: 6_000 })).toBe(false);
    expect(await directory.findConnection("connection-1")).toMatchObject({ state: "disconnected" });
    expect(await directory.listCalendars()).toEqual([]);
    expect(await directory.listCalendars({ connectionId: "connection-1" })).toHaveLength(2);
    expect(await jobs.dueAt("sync-calendar", "calendar-1")).toBeNull();
    await expect(sync.renew("calendar-1", claim?.token ?? 0, 2_001, 60_000)).rejects.toMatchObject({ code: "claim-lost" });
    expect((await feed.read(0, 100)).at(-1)).toMatchObject({ kind: "connection-changed", at: 5_000 });
    expect((await audit.read(0, 100)).at(-1)).toMatchObject({ action: "disconnect", actor: "ada", at: 5_000 });
    expect(await retention.rowsOf({ connectionId: "connection-1" })).toMatchObject({ calendar: 2, calendar_object: 2, credential: 1, tombstone: 2, quarantined_item: 2 });
    expect(await retention.dropCredential("connection-1")).toBe(true);
    expect(await retention.dropCredential("connection-1")).toBe(false);
    await expect(retention.stopConnection({ ...stop, connectionId: "nobody" })).rejects.toMatchObject({ code: "not-found" });
    expect(await world.org("org-b").directory.listCalendars()).toHaveLength(1);
  },
};

const purged: StoreCase = {
  title: "a purge takes one calendar after the other and the connection last, and nothing of anybody else",
  async run(world) {
    await filled(world);
    const others = await world.org("org-b").retention.rowsOf({ accountId: "account-1" });
    const { retention } = world.org();
    await expect(retention.purgeConnection("connection-1", 5_000)).rejects.toMatchObject({ code: "not-found" });
    await retention.stopConnection({ connectionId: "connection-1", purge: true, actor: "ada", now: 5_000 });
    expect(await world.org().directory.findConnection("connection-1")).toBeNull();
    expect((await world.org().feed.read(0, 100)).filter(({ kind }) => kind === "calendar-removed")).toHaveLength(2);
    const steps = [];
    for (;;) {
      await world.turn();
      const step = await world.org().retention.purgeConnection("connection-1", 5_001);
      steps.push(step.rows);
      if (step.done) break;
    }
    expect(steps).toMatchObject([{ calendar: 1, calendar_object: 1, tombstone: 1, sync_state: 1 }, { calendar: 1 }, { connection: 1, credential: 1 }]);
    await world.turn();
    expect(Object.keys(await world.org().retention.rowsOf({ connectionId: "connection-1" }))).toEqual(["change_record"]);
    expect(await world.org().retention.purgeConnection("connection-1", 5_002)).toEqual({ done: true, rows: {} });
    expect(await world.org("org-b").retention.rowsOf({ accountId: "account-1" })).toEqual(others);
    expect((await world.org().feed.read(0, 100)).filter(({ kind }) => kind === "object-removed").map(({ uid }) => uid)).toEqual(["a@example.test", "a@example.test"]);
  },
};

export const retentionCases: readonly StoreCase[] = [stopped, purged];
