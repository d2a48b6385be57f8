import { expect } from "vitest";
import { batch, changeOf, noListChange, remoteCalendar, storedObject, syncJob, type StoreCase, type StoreWorld } from "./store-world.ts";

/** What the ports show of everything that a write may touch, and every row where the store can dump them. */
async function everything(world: StoreWorld): Promise<unknown> {
  const org = world.org();
  const ids = ["calendar-1", "calendar-2"];
  return {
    objects: await Promise.all(ids.map((id) => org.reader.objects(id, null, null, 100))),
    quarantined: await Promise.all(ids.map((id) => org.reader.quarantined(id, 100))),
    spans: await org.reader.busySpans(ids, { from: 0, to: 1e12 }),
    states: await org.reader.syncStates(ids, 1_001),
    feed: await org.feed.read(0, 100),
    head: await org.feed.head(),
    jobs: await Promise.all(ids.map((id) => org.jobs.dueAt("sync-calendar", id))),
    calendars: await org.directory.listCalendars({ includeRemoved: true }),
    rows: await world.opened.dump?.(),
  };
}

/** Fails the write at its first statement, then at its second, and so on, until it has no more; each time nothing may have been written. */
async function expectNothingOrEverything(world: StoreWorld, write: () => Promise<unknown>): Promise<number> {
  const before = await everything(world);
  for (let statement = 1; ; statement += 1) {
    const thrown = await world.failingAt(statement, write);
    if (thrown === null) {
      expect(await everything(world)).not.toEqual(before);
      return statement - 1;
    }
    expect(thrown).toMatchObject({ name: "KalendsError", code: "store-failed" });
    expect(await everything(world), `after a fault at statement ${statement}`).toEqual(before);
  }
}

const batchAtomicity: StoreCase = {
  title: "a batch that fails at any of its statements wrote nothing",
  async run(world) {
    const org = await world.populate();
    const first = await world.startPass();
    await org.sync.applyBatch(
      batch(first, {
        puts: ["a", "b", "c", "d"].map((key) => storedObject(key)),
        changes: [changeOf(storedObject("a"))],
        quarantined: [{ remoteKey: "bad", revision: "1", code: "object-invalid", reason: "broken" }],
        busySpans: [{ kind: "busy", from: 1, to: 2 }],
        jobs: [syncJob(100)],
      }),
    );
    await org.sync.applyBatch(batch(first, { removes: [{ remoteKey: "d", uid: "d@example.test" }] }));
    const pass = await org.sync.beginPass("calendar-1", first.claim.token, { forgetCursor: false });
    await world.turn();
    const puts = [storedObject("a", { digest: "new" }), storedObject("d"), storedObject("e")];
    const next = batch({ claim: first.claim, pass }, {
      puts,
      removes: [{ remoteKey: "b", uid: "b@example.test" }],
      seen: [{ remoteKey: "c", revision: "moved" }],
      quarantined: [{ remoteKey: "c", revision: "9", code: "object-invalid", reason: "broken too" }],
      gone: ["bad"],
      changes: puts.map((put) => changeOf(put, "object-updated")),
      busySpans: [{ kind: "busy", from: 5, to: 6 }, { kind: "tentative", from: 7, to: 8 }],
      jobs: [syncJob(50), { kind: "roll-window", subject: "calendar-1", runAt: 1 }],
      completed: { pass: "snapshot", cursor: "c2", storedWindow: { from: 0, to: 9 }, hints: { ctag: "9" } },
      refusedRemovals: { removals: 3, pass: 1 },
    });
    const faults = await expectNothingOrEverything(world, () => world.org().sync.applyBatch(next));
    expect(faults).toBeGreaterThan(1);
    expect(await world.org().feed.head()).toBe(4);
    await world.turn();
    expect((await world.org().reader.objects("calendar-1", null, null, 9)).map((object) => object.remoteKey)).toEqual(["a", "c", "d", "e"]);
  },
};

const listAtomicity: StoreCase = {
  title: "a calendar list that fails at any of its statements wrote nothing",
  async run(world) {
    const org = await world.populate("org-a", ["calendar-1"]);
    const at = await world.startPass();
    await org.sync.applyBatch(batch(at, { puts: [storedObject("a"), storedObject("b")], busySpans: [{ kind: "busy", from: 1, to: 2 }] }));
    await world.turn();
    const update = {
      ...noListChange,
      added: [{ id: "calendar-2", remote: remoteCalendar("calendar-2") }],
      removed: ["calendar-1"],
      changes: [changeOf({ remoteKey: "", uid: "" }, "calendar-removed"), changeOf({ remoteKey: "", uid: "" }, "calendar-added", "calendar-2")],
      jobs: [syncJob(1, "calendar-2")],
    };
    const faults = await expectNothingOrEverything(world, () => world.org().directory.applyCalendarList(update));
    expect(faults).toBeGreaterThan(1);
    expect(await world.org().feed.head()).toBe(4);
  },
};

const otherWrites: StoreCase = {
  title: "moving a connection's state and replacing spans write all or nothing",
  async run(world) {
    await world.populate();
    const at = await world.startPass();
    await world.org().sync.replaceSpans("calendar-1", at.claim.token, [{ kind: "busy", from: 1, to: 2 }], { from: 0, to: 5 });
    const spans = [{ kind: "busy" as const, from: 3, to: 4 }, { kind: "busy" as const, from: 5, to: 6 }];
    await expectNothingOrEverything(world, () => world.org().sync.replaceSpans("calendar-1", at.claim.token, spans, { from: 1, to: 6 }));
    await expectNothingOrEverything(world, () => world.org().directory.setConnectionState("connection-1", "suspended", null, 9));
  },
};

/** All or nothing. */
export const atomicityCases: readonly StoreCase[] = [batchAtomicity, listAtomicity, otherWrites];
