import type { TestContext } from "vitest";
import type { JobSource, OrganizationStore, Store } from "@kalends/model";
import type { StoreWorld } from "../store/store-world.ts";

/** A queue under test: the store that jobs are enqueued in, and the source that workers claim them from. */
export interface QueueWorld {
  readonly source: JobSource;
  org(id?: string): OrganizationStore;
  populate(organizationId?: string, calendarIds?: readonly string[]): Promise<OrganizationStore>;
  /** Takes all workers that hold something for dead, as a starting one does that finds their processes gone. */
  endLeases(now: number): Promise<void>;
  /** In the reopening run: closes store and source and opens both again. */
  turn(): Promise<void>;
  /** A second worker on the same queue, as another process would have it; `null` where the harness has none. */
  another(): Promise<{ source: JobSource; close(): Promise<void> } | null>;
}

export interface QueueCase {
  title: string;
  run(world: QueueWorld, context: TestContext): Promise<void>;
}

/** Opens the source over a store; the store's own by default. */
export interface OpenedSource {
  source: JobSource;
  close(): Promise<void>;
}

export type OpenSource = (store: Store) => Promise<OpenedSource>;

export const ownSource: OpenSource = async (store) => ({ source: store.jobSource, close: async () => undefined });

/** The queue of a store under test. */
export async function queueWorld(world: StoreWorld, open: OpenSource): Promise<QueueWorld & { close(): Promise<void> }> {
  let opened = await open(world.store);
  return {
    get source() {
      return opened.source;
    },
    org: (id) => world.org(id),
    populate: (organizationId, calendarIds) => world.populate(organizationId, calendarIds),
    endLeases: async (now) => {
      for (const holder of await world.store.liveHolders(now)) await world.store.releaseHolder(holder);
    },
    turn: async () => {
      await opened.close();
      await world.turn();
      opened = await open(world.store);
    },
    another: async () => {
      const store = await world.opened.another?.();
      if (store === undefined) return null;
      const { source, close } = await open(store);
      return {
        source,
        close: async () => {
          await close();
          await store.close();
        },
      };
    },
    close: () => opened.close(),
  };
}
