import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ItemCollector } from "../src/item-collector.ts";
import type { ListedItem } from "../src/listed-item.ts";

type Step = { add: ListedItem } | { remove: string };

/** Few names, so that they come again; any text as revision, halves of characters included. */
const key = fc.oneof(fc.nat(40).map((number) => `/calendars/alice/${number}.ics`), fc.string({ unit: "binary", maxLength: 20 }));
const item = fc.record({ key, other: fc.option(fc.string()), revision: fc.option(fc.string({ unit: "binary" }), { nil: null }) });
const add = item.map(({ key: name, other, revision }): Step => ({ add: { key: name, wire: other ?? name, revision } }));
const steps = fc.array(fc.oneof({ weight: 6, arbitrary: add }, { weight: 1, arbitrary: key.map((remove): Step => ({ remove })) }), {
  maxLength: 600,
  size: "max",
});

/** What a map says, in which a key named again takes the place of the one before. */
function reference(all: readonly Step[]): ListedItem[] {
  const items = new Map<string, ListedItem>();
  for (const step of all) {
    if ("add" in step) items.set(step.add.key, step.add);
    else items.delete(step.remove);
  }
  return [...items.values()].sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
}

function collect(all: readonly Step[]): ItemCollector {
  const collector = new ItemCollector();
  for (const step of all) {
    if ("add" in step) collector.add(step.add);
    else collector.remove(step.remove);
  }
  return collector;
}

describe("the list of a pass", () => {
  test("holds what a map would hold, in key order, whatever comes twice or goes again", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const list = collect(all).finish();
        expect([...list]).toEqual(reference(all));
        expect(list.length).toBe(reference(all).length);
      }),
      { numRuns: 200 },
    );
  });

  test("is cut into pages like an array, forward and back", () => {
    fc.assert(
      fc.property(fc.nat(700), fc.array(fc.tuple(fc.nat(750), fc.nat(300)), { maxLength: 12 }), (length, cuts) => {
        const all = Array.from({ length }, (_, at): ListedItem => ({ key: `/k/${String(at).padStart(4, "0")}`, wire: `/k/${at}`, revision: at % 7 === 0 ? null : `"${at}"` }));
        const list = collect(all.map((one) => ({ add: one }))).finish();
        for (const [from, count] of cuts) expect(list.slice(from, from + count)).toEqual(all.slice(from, from + count));
      }),
      { numRuns: 100 },
    );
  });
});
