import { expect } from "vitest";
import type { Store } from "@kalends/model";
import { codeOf, type StoreCase } from "./store-world.ts";

const start = 1_000_000_000;

/** Asks for one request every `everyMs` for three minutes and answers when each was granted. */
async function spend(store: Store, name: string, perMinute: number, everyMs: number): Promise<number[]> {
  const granted: number[] = [];
  for (let at = start; at < start + 180_000; at += everyMs) {
    const { granted: count } = await store.budgets.take(name, 1, perMinute, at);
    if (count > 0) granted.push(at);
  }
  return granted;
}

const mostInAnyMinute = (times: readonly number[]): number =>
  Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + 60_000).length));

const neverMore: StoreCase = {
  title: "in no 60 seconds more is granted than the budget, and over time most of it",
  async run(world) {
    for (const perMinute of [1, 2, 7, 60]) {
      const times = await spend(world.store, `p${perMinute}`, perMinute, 500);
      expect(mostInAnyMinute(times), `of ${perMinute}`).toBeLessThanOrEqual(perMinute);
      expect(times.length, `of ${perMinute}`).toBeGreaterThanOrEqual(perMinute * 1.5);
    }
    expect(await codeOf(world.store.budgets.take("p", 0, 10, start))).toBe("invalid-argument");
    expect(await codeOf(world.store.budgets.take("p", 1, 0.5, start))).toBe("invalid-argument");
  },
};

const shared: StoreCase = {
  title: "workers share a budget by its name, and hear when there is room again",
  async run(world) {
    const first = await world.store.budgets.take("google", 4, 60, start);
    expect(first.granted).toBe(4);
    await world.turn();
    const second = await world.store.budgets.take("google", 50, 60, start);
    expect(second.granted).toBe(6);
    const third = await world.store.budgets.take("google", 50, 60, start);
    expect(third.granted).toBe(0);
    expect(third.nextAt).toBeGreaterThan(start);
    expect((await world.store.budgets.take("google", 1, 60, third.nextAt - 1)).granted).toBe(0);
    expect((await world.store.budgets.take("google", 1, 60, third.nextAt)).granted).toBe(1);
    expect((await world.store.budgets.take("microsoft", 10, 60, start)).granted).toBe(10);
  },
};

const atOnce: StoreCase = {
  title: "what many ask for at once is granted once",
  async run(world) {
    const other = await world.opened.another?.();
    const stores = other === undefined ? [world.store] : [world.store, other];
    const asked = Array.from({ length: 30 }, (_, index) => (stores[index % stores.length] ?? world.store).budgets.take("p", 1, 60, start));
    const grants = await Promise.all(asked);
    expect(grants.reduce((sum, { granted }) => sum + granted, 0)).toBe(10);
    await other?.close();
  },
};

/** Budgets of requests that workers share. */
export const budgetCases: readonly StoreCase[] = [neverMore, shared, atOnce];
