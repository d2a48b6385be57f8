import { describe, test } from "vitest";
import type { OpenStore } from "../store/store-harness.ts";
import { StoreWorld } from "../store/store-world.ts";
import { orderCases } from "./order-cases.ts";
import { queueCases } from "./queue-cases.ts";
import { ownSource, queueWorld, type OpenSource } from "./queue-world.ts";
import { walkQueue } from "./walk-queue.ts";

export type { OpenedSource, OpenSource } from "./queue-world.ts";

/**
 * The queue suite in one call: every promise of `JobQueue` and `JobSource`. `openStore` gives a fresh, unmigrated store that jobs are
 * enqueued in, `openSource` what workers claim them from. With `reopening` every case runs a second time, both closed and opened again
 * between the steps. The store suite runs the same cases on the store's own source.
 */
export function describeQueueConformance(name: string, openStore: OpenStore, openSource: OpenSource, options: { reopening: boolean }): void {
  for (const reopening of options.reopening ? [false, true] : [false]) {
    describe(`${name}, ${reopening ? "reopened between the steps" : "in one go"}`, () => {
      for (const one of [...queueCases, ...orderCases]) {
        test(one.title, async (context) => {
          const store = await StoreWorld.open(openStore, reopening);
          const world = await queueWorld(store, openSource);
          try {
            await one.run(world, context);
          } finally {
            await world.close();
            await store.dispose();
          }
        });
      }
    });
  }
}

/** Random walks of a store's own queue beside a plain list, each on an empty store: seeds `first`, `first` + 1 and so on. A failure tells its seed. */
export function describeQueueWalks(name: string, openStore: OpenStore, walks: { first: number; many: number; length: number }): void {
  test(`${name}: ${walks.many} random walks from seed ${walks.first} on`, async () => {
    for (let seed = walks.first; seed < walks.first + walks.many; seed += 1) {
      const store = await StoreWorld.open(openStore, false);
      const world = await queueWorld(store, ownSource);
      try {
        await walkQueue(world, seed, walks.length);
      } finally {
        await world.close();
        await store.dispose();
      }
    }
  });
}
