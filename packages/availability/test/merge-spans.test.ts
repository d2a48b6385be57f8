import { busyKinds, type BusySpan } from "@kalends/model";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { flattenSpans, mergeSpans } from "@kalends/availability";

const busy = (from: number, to: number): BusySpan => ({ kind: "busy", from, to });
const perhaps = (from: number, to: number): BusySpan => ({ kind: "tentative", from, to });

describe("mergeSpans", () => {
  test("joins what overlaps or touches, keeps kinds apart, orders by start and kind", () => {
    const spans = [perhaps(5, 15), busy(20, 30), busy(0, 10), busy(10, 12), busy(2, 3), perhaps(0, 1)];
    expect(mergeSpans(spans)).toEqual([busy(0, 12), perhaps(0, 1), perhaps(5, 15), busy(20, 30)]);
  });

  test("drops empty and reversed spans and leaves its input alone", () => {
    const input = [busy(5, 5), busy(9, 7), busy(1, 2), busy(2, 3)];
    const before = structuredClone(input);
    expect(mergeSpans(input)).toEqual([busy(1, 3)]);
    expect(input).toEqual(before);
  });

  test("covers exactly the same milliseconds per kind as its input, with gaps between, and merging again changes nothing", () => {
    const span = fc.record({ kind: fc.constantFrom(...busyKinds), from: fc.integer({ min: 0, max: 40 }), to: fc.integer({ min: 0, max: 40 }) });
    fc.assert(
      fc.property(fc.array(span, { maxLength: 20 }), (spans) => {
        const merged = mergeSpans(spans);
        for (const kind of busyKinds) {
          const cover = (list: BusySpan[]) =>
            Array.from({ length: 40 }, (_, at) => list.some((one) => one.kind === kind && one.from <= at && at < one.to));
          expect(cover(merged)).toEqual(cover(spans));
          const own = merged.filter((one) => one.kind === kind);
          expect(own.every((one, index) => one.from < one.to && (index === 0 || own[index - 1]!.to < one.from))).toBe(true);
        }
        expect(mergeSpans(merged)).toEqual(merged);
      }),
      { numRuns: 200 },
    );
  });
});

describe("flattenSpans", () => {
  test("the strongest kind wins, and what it hides shows again after it", () => {
    const spans: BusySpan[] = [
      perhaps(0, 100),
      busy(20, 40),
      { kind: "out-of-office", from: 30, to: 35 },
      { kind: "working-elsewhere", from: 90, to: 130 },
      { kind: "free", from: 140, to: 150 },
    ];
    expect(flattenSpans(spans, { from: 10, to: 120 })).toEqual([
      perhaps(10, 20),
      busy(20, 30),
      { kind: "out-of-office", from: 30, to: 35 },
      busy(35, 40),
      perhaps(40, 100),
      { kind: "working-elsewhere", from: 100, to: 120 },
    ]);
  });
});
