import fc from "fast-check";
import { expect, test } from "vitest";
import { memoryProvider } from "@kalends/testing";
import { openTestEngine } from "./open-test-engine.ts";
import { hour, sampleObject } from "./sample-object.ts";

interface Item {
  key: number;
  uid: number;
  at: number;
  hours: number;
  transparent: boolean;
  rules: string[] | undefined;
}

/** The spans that a first reading derives on its way, and those that a reading into a full calendar derives from what is stored. */
async function bothWays(items: readonly Item[]): Promise<{ first: unknown; again: unknown }> {
  const provider = memoryProvider({ now: () => Date.parse("2026-11-20T08:00:00Z"), pageSize: 3 });
  const t = await openTestEngine({ provider });
  const calendar = provider.calendar("/work/");
  for (const { key, uid, at, hours, transparent, rules } of items) {
    const event = { start: hour(at), end: hour(at + hours), transparent, ...(rules === undefined ? {} : { rules }) };
    calendar.put(`/${key}.ics`, sampleObject(`uid-${uid}`, event));
  }
  await t.connect();
  const store = t.store.organization("org");
  const spans = async (): Promise<unknown> => {
    const [found] = await store.directory.listCalendars();
    return [...(await store.reader.busySpans([found?.id ?? ""], { from: 0, to: 1e15 })).values()];
  };
  await t.organization.sync();
  const first = await spans();
  for (const { id } of await store.directory.listCalendars()) await t.organization.resync(id);
  const again = await spans();
  await t.store.close();
  return { first, again };
}

const item: fc.Arbitrary<Item> = fc.record({
  key: fc.nat(12), uid: fc.nat(20), at: fc.integer({ min: -900, max: 4_900 }), hours: fc.integer({ min: 0, max: 40 }), transparent: fc.boolean(),
  rules: fc.constantFrom(undefined, undefined, ["FREQ=WEEKLY"], ["FREQ=DAILY;COUNT=3"]),
});

test("a first reading stores the spans that are derived from what it stored, UIDs in several items included", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(item, { maxLength: 14 }), async (items) => {
      const { first, again } = await bothWays(items);
      expect(first).toEqual(again);
    }),
    { numRuns: 40 },
  );
});

test("a series and its override in two items", async () => {
  const provider = memoryProvider({ now: () => Date.parse("2026-11-20T08:00:00Z") });
  const t = await openTestEngine({ provider });
  const calendar = provider.calendar("/work/");
  calendar.put("/a.ics", sampleObject("one", { start: hour(24), end: hour(25), rules: ["FREQ=DAILY;COUNT=3"] }));
  calendar.put("/b.ics", sampleObject("one", { recurrenceId: hour(48), start: hour(60), end: hour(61) }));
  await t.connect();
  await t.organization.sync();
  const store = t.store.organization("org");
  const [found] = await store.directory.listCalendars();
  const spans = (await store.reader.busySpans([found?.id ?? ""], { from: 0, to: 1e15 })).get(found?.id ?? "") ?? [];
  expect(spans.map(({ from }) => (from - Date.UTC(2026, 10, 20)) / 3_600_000)).toEqual([24, 60, 72]);
  await t.store.close();
});
