import fc from "fast-check";
import { expect, test } from "vitest";
import type { BusyKind, BusySpan } from "@kalends/model";
import { mergeSpans, subtractSpans } from "../src/index.ts";

const span: fc.Arbitrary<BusySpan> = fc.record({ kind: fc.constantFrom<BusyKind[]>("busy", "tentative"), from: fc.nat(60), to: fc.nat(60) });
const spans = fc.array(span, { maxLength: 12 });

/** The same minute by minute. */
function reference(all: readonly BusySpan[], taken: readonly BusySpan[]): BusySpan[] {
  const covers = (list: readonly BusySpan[], kind: BusyKind, at: number): boolean => list.some((one) => one.kind === kind && one.from <= at && at < one.to);
  const left: BusySpan[] = [];
  for (const kind of ["busy", "tentative"] as const) {
    for (let at = 0; at < 60; at += 1) if (covers(all, kind, at) && !covers(taken, kind, at)) left.push({ kind, from: at, to: at + 1 });
  }
  return mergeSpans(left);
}

test("what is left is what the others do not cover, kind by kind", () => {
  fc.assert(fc.property(spans, spans, (all, taken) => void expect(subtractSpans(all, taken)).toEqual(reference(all, taken))), { numRuns: 500 });
});
