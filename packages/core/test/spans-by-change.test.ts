import fc from "fast-check";
import { expect, test } from "vitest";
import { mergeSpans } from "@kalends/availability";
import type { BusySpan, EventTime } from "@kalends/model";
import { memoryProvider } from "@kalends/testing";
import { openTestEngine, type TestEngine } from "./open-test-engine.ts";
import { hour, sampleObject } from "./sample-object.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** One item written at the provider, or removed from it. */
interface Edit {
  key: number;
  /** `null`: removed. */
  object: ReturnType<typeof sampleObject> | null;
}

const utc = (at: number): EventTime => hour(at);
const floating = (at: number): EventTime => ({ ...hour(at), kind: "floating" });
const zoned = (at: number): EventTime => ({ ...hour(at), kind: "zoned", zone: "America/New_York", tzid: "America/New_York" });
const date = (at: number): EventTime => ({ kind: "date", value: hour(at).value.slice(0, 10) });

const rules: fc.Arbitrary<string[] | undefined> = fc.constantFrom<(string[] | undefined)[]>(
  undefined, undefined, undefined, ["FREQ=WEEKLY"], ["FREQ=DAILY;COUNT=5"], ["FREQ=MONTHLY;BYDAY=2WE"], ["FREQ=WEEKLY;INTERVAL=2;UNTIL=20270101T000000Z"], ["FREQ=YEARLY"],
);

const event = fc
  .record({
    at: fc.oneof(fc.integer({ min: -20, max: 120 }), fc.integer({ min: -900, max: 4_900 })), hours: fc.integer({ min: 0, max: 40 }),
    time: fc.constantFrom(utc, utc, floating, zoned, date), rules, transparent: fc.constantFrom(false, false, true),
    status: fc.constantFrom("confirmed" as const, "confirmed" as const, "tentative" as const, "cancelled" as const), title: fc.nat(3),
    /** Hours behind the start of the series in whole days: the instance that the event takes the place of. */
    replaces: fc.option(fc.nat(3), { freq: 5 }),
  })
  .map(({ at, hours, time, rules: own, transparent, status, title, replaces }) => {
    const end = time(time === date ? at + 24 * (1 + Math.floor(hours / 24)) : at + hours);
    const what = replaces === null ? { ...(own === undefined ? {} : { rules: own }) } : { recurrenceId: time(replaces * 24) };
    return { start: time(at), end, transparent, status, content: { title: `Title ${title}` }, ...what };
  });

const edit: fc.Arbitrary<Edit> = fc.record({
  key: fc.nat(9),
  object: fc.oneof({ weight: 5, arbitrary: fc.record({ uid: fc.nat(8), event }).map((one) => sampleObject(`uid-${one.uid}`, one.event)) }, { weight: 1, arbitrary: fc.constant(null) }),
});

/** What is edited between two syncs, and the days that pass. */
const rounds = fc.array(fc.record({ edits: fc.array(edit, { minLength: 1, maxLength: 4 }), days: fc.constantFrom(0, 0, 0, 0.2, 1, 3) }), { minLength: 1, maxLength: 5 });

async function storedSpans(t: TestEngine): Promise<{ spans: BusySpan[]; from: number; to: number }> {
  const store = t.store.organization("org");
  const [calendar] = await store.directory.listCalendars();
  const id = calendar?.id ?? "";
  const window = (await store.reader.syncStates([id], t.clock.now())).get(id)?.storedWindow ?? { from: 0, to: 0 };
  return { spans: (await store.reader.busySpans([id], { from: 0, to: 1e15 })).get(id) ?? [], ...window };
}

/** Spans inside a range that two windows have in common. */
function inside(spans: readonly BusySpan[], from: number, to: number): BusySpan[] {
  return mergeSpans(spans.map((span) => ({ kind: span.kind, from: Math.max(span.from, from), to: Math.min(span.to, to) })));
}

test("spans worked out from what changed are those that the whole calendar gives", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { maxLength: 10 }), rounds, fc.constantFrom(2, 50), async (first, later, pageSize) => {
      const provider = memoryProvider({ now: () => t.clock.now(), pageSize });
      const t = await openTestEngine({ provider });
      const calendar = provider.calendar("/work/");
      const write = ({ key, object }: Edit): void => {
        if (object === null) calendar.remove(`/${key}.ics`);
        else calendar.put(`/${key}.ics`, object);
      };
      first.forEach(write);
      await t.connect();
      await t.organization.sync();
      for (const { edits, days } of later) {
        await t.clock.advance(days * dayMs);
        edits.forEach(write);
        await t.organization.sync();
      }
      const partly = await storedSpans(t);
      for (const { id } of await t.store.organization("org").directory.listCalendars()) await t.organization.resync(id);
      const whole = await storedSpans(t);
      const [from, to] = [Math.max(partly.from, whole.from), Math.min(partly.to, whole.to)];
      expect(inside(partly.spans, from, to)).toEqual(inside(whole.spans, from, to));
      await t.store.close();
    }),
    { numRuns: 30, endOnFailure: true },
  );
}, 120_000);
