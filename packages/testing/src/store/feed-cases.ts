import { expect } from "vitest";
import type { Store } from "@kalends/model";
import { batch, changeOf, leaseMs, storedObject, type StoreCase, type StoreWorld } from "./store-world.ts";

const counting = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** Each worker claims its own calendar and applies batches of three changes through its store. */
async function work(store: Store, organizationId: string, calendarId: string, rounds: number): Promise<void> {
  const { sync } = store.organization(organizationId);
  const claim = await sync.claim(calendarId, "worker", 1_000, leaseMs);
  if (claim === null) throw new Error(`the claim on ${calendarId} is taken`);
  for (let round = 0; round < rounds; round += 1) {
    const puts = [0, 1, 2].map((n) => storedObject(`${calendarId}-${round}-${n}`));
    await sync.applyBatch(batch({ claim, pass: 0 }, { puts, changes: puts.map((put) => changeOf(put, "object-created", calendarId)) }));
  }
}

async function expectWholeFeed(world: StoreWorld, organizationId: string, records: number): Promise<void> {
  const feed = await world.org(organizationId).feed.read(0, 10_000);
  expect(feed.map((record) => record.sequence)).toEqual(counting(records));
  expect(new Set(feed.map((record) => record.remoteKey)).size).toBe(records);
  expect(await world.org(organizationId).feed.head()).toBe(records);
}

const numbering: StoreCase = {
  title: "calls at the same time, over two stores on the same data, number each organization without gap or repeat",
  async run(world) {
    const calendars = ["c-1", "c-2", "c-3", "c-4"];
    for (const id of ["org-a", "org-b"]) await world.populate(id, calendars);
    const second = (await world.opened.another?.()) ?? world.store;
    try {
      const stores = [world.store, second];
      await Promise.all(
        calendars.flatMap((calendar, index) => [
          work(stores[index % 2] as Store, "org-a", calendar, 5),
          work(stores[(index + 1) % 2] as Store, "org-b", calendar, 4),
        ]),
      );
    } finally {
      if (second !== world.store) await second.close();
    }
    await world.turn();
    await expectWholeFeed(world, "org-a", 60);
    await expectWholeFeed(world, "org-b", 48);
  },
};

const paging: StoreCase = {
  title: "the feed is read in order from any sequence",
  async run(world) {
    await world.populate();
    expect([await world.org().feed.head(), await world.org().feed.read(0, 10)]).toEqual([0, []]);
    await work(world.store, "org-a", "calendar-1", 4);
    await world.turn();
    const { feed } = world.org();
    expect((await feed.read(0, 5)).map((record) => record.sequence)).toEqual([1, 2, 3, 4, 5]);
    expect((await feed.read(5, 5)).map((record) => record.sequence)).toEqual([6, 7, 8, 9, 10]);
    expect((await feed.read(10, 5)).map((record) => record.sequence)).toEqual([11, 12]);
    expect(await feed.read(12, 5)).toEqual([]);
    expect(await feed.read(999, 5)).toEqual([]);
  },
};

const refusedNumbers: StoreCase = {
  title: "a write that is refused leaves no gap in the numbers",
  async run(world) {
    const org = await world.populate();
    const at = await world.startPass();
    const put = storedObject("a");
    await org.sync.applyBatch(batch(at, { puts: [put], changes: [changeOf(put)] }));
    const stale = { claim: { ...at.claim, token: at.claim.token - 1 }, pass: at.pass };
    await expect(org.sync.applyBatch(batch(stale, { changes: [changeOf(put), changeOf(put)] }))).rejects.toThrow();
    await world.turn();
    expect(await world.org().sync.applyBatch(batch(at, { changes: [changeOf(put, "object-updated")] }))).toEqual({ lastSequence: 2 });
    expect(await world.org().sync.applyBatch(batch(at))).toEqual({ lastSequence: null });
  },
};

/** The numbered output. */
export const feedCases: readonly StoreCase[] = [numbering, paging, refusedNumbers];
