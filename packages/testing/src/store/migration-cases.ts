import { expect } from "vitest";
import type { OpenedStore } from "./store-harness.ts";
import { codeOf, type StoreCase, type StoreWorld } from "./store-world.ts";

async function withUnmigrated(world: StoreWorld, work: (opened: OpenedStore) => Promise<void>): Promise<void> {
  const opened = await world.openAnother({ onStatement: () => undefined });
  try {
    await work(opened);
  } finally {
    await opened.dispose();
  }
}

const running: StoreCase = {
  title: "migrations run once, in order, and an unmigrated store says so",
  async run(world) {
    await withUnmigrated(world, async ({ store }) => {
      expect(await codeOf(store.migrations.check())).toBe("store-unmigrated");
      const names = await store.migrations.run();
      expect(names.length).toBeGreaterThan(0);
      expect(await store.migrations.run()).toEqual([]);
      await store.migrations.check();
    });
    await world.turn();
    await world.store.migrations.check();
    expect(await world.store.migrations.run()).toEqual([]);
  },
};

const together: StoreCase = {
  title: "two that migrate at the same time do not get into each other's way",
  async run(world, context) {
    if (world.opened.another === undefined) return context.skip("not applicable: this store cannot be opened twice on the same data");
    await withUnmigrated(world, async (opened) => {
      const second = await opened.another?.();
      if (second === undefined) throw new Error("the store offered no second opening");
      try {
        const names = await Promise.all([opened.store.migrations.run(), second.migrations.run()]);
        expect(names.flat().length).toBe(new Set(names.flat()).size);
        expect(names.flat().length).toBeGreaterThan(0);
        await second.migrations.check();
      } finally {
        await second.close();
      }
    });
  },
};

const failing: StoreCase = {
  title: "a migration that fails leaves nothing behind and can run again",
  async run(world) {
    let left = Number.POSITIVE_INFINITY;
    const opened = await world.openAnother({
      onStatement: () => {
        left -= 1;
        if (left === 0) throw new Error("a fault set by the conformance suite");
      },
    });
    try {
      for (const statement of [4, 9, 20]) {
        left = statement;
        expect(await codeOf(opened.store.migrations.run())).toBe("store-failed");
        left = Number.POSITIVE_INFINITY;
        expect(await codeOf(opened.store.migrations.check())).toBe("store-unmigrated");
      }
      expect(await opened.store.migrations.run()).not.toEqual([]);
      await opened.store.migrations.check();
    } finally {
      await opened.dispose();
    }
  },
};

const printed: StoreCase = {
  title: "the printed script makes the same database as running",
  async run(world, context) {
    const { dump } = world.opened;
    if (dump === undefined || world.opened.execute === undefined) return context.skip("not applicable: this store gives the suite no way past its ports");
    await withUnmigrated(world, async ({ store, execute, dump: dumpPrinted }) => {
      await execute?.(store.migrations.print());
      await store.migrations.check();
      expect(await store.migrations.run()).toEqual([]);
      const tables = (rows: unknown): string[] => Object.keys(rows as object);
      expect(tables(await dumpPrinted?.())).toEqual(tables(await dump()));
    });
  },
};

const tooNew: StoreCase = {
  title: "a database of a newer version, or with an altered step, is refused untouched",
  async run(world, context) {
    const { execute } = world.opened;
    if (execute === undefined) return context.skip("not applicable: this store gives the suite no way past its ports");
    await world.turn();
    await execute("insert into migration (number, name, checksum) values (9999, 'from-the-future', 'x')");
    expect(await codeOf(world.store.migrations.check())).toBe("store-too-new");
    expect(await codeOf(world.store.migrations.run())).toBe("store-too-new");
    await execute("delete from migration where number = 9999");
    await world.store.migrations.check();
    await execute("update migration set checksum = 'altered' where number = 1");
    expect(await codeOf(world.store.migrations.check())).toBe("store-corrupt");
  },
};

/** The schema's own life. */
export const migrationCases: readonly StoreCase[] = [running, together, failing, printed, tooNew];
