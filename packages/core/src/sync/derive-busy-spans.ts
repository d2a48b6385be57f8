import { busyKindOf, mergeSpans } from "@kalends/availability";
import { expandTimings, type TimingsOutcome } from "@kalends/ical";
import type { BusySpan, EventTiming, StoredTiming, TimeRange } from "@kalends/model";
import { groupBy } from "../group-by.ts";

/** One stored object, as far as busy spans need it. */
export interface TimingPart {
  uid: string;
  timing: StoredTiming;
}

export interface DerivedSpans {
  spans: BusySpan[];
  /** A series has more instances than can be counted out; where that is so, the whole stretch is taken as busy. */
  capped: boolean;
}

/** What halving the window for one calendar's dense series may cost; a search that found nothing in its steps is the dear one. */
const halvingBudget = 128;
const halvingCost = { results: 1, steps: 16, time: 16 } as const;
const shortestMs = 3_600_000;

/** Adds the spans of one stretch; tells the limit that ended the expansion, where they are not all. */
function addSpans(parts: readonly TimingPart[], stretch: TimeRange, floatingZone: string, spans: BusySpan[]): TimingsOutcome["capped"] {
  const result = expandTimings(parts, stretch, { floatingZone }, (from, to, timing) => addSpan(timing, from, to, stretch, spans));
  return result.capped;
}

function addSpan(timing: EventTiming, from: number, to: number, stretch: TimeRange, spans: BusySpan[]): void {
  const kind = busyKindOf(timing);
  if (kind === null || to <= from) return;
  const clippedFrom = Math.max(from, stretch.from);
  const clippedTo = Math.min(to, stretch.to);
  if (clippedFrom < clippedTo) spans.push({ kind, from: clippedFrom, to: clippedTo });
}

/** Merged busy spans of a whole calendar inside the window, per busy kind. Pure. */
export function deriveBusySpans(parts: readonly TimingPart[], window: TimeRange, floatingZone: string): DerivedSpans {
  const deriver = new SpanDeriver(window, floatingZone);
  deriver.add(parts);
  return deriver.finish();
}

/** Spans of the parts of one UID inside the window, in no order, or `null` where they are too many to be counted out in one go. */
export function spansOfUid(parts: readonly TimingPart[], window: TimeRange, floatingZone: string): BusySpan[] | null {
  const spans: BusySpan[] = [];
  return addSpans(parts, window, floatingZone, spans) === undefined ? spans : null;
}

/** Spans are merged on the way whenever so many have come together beyond those that merging left. */
const mergeEvery = 4_000;

/** The same of objects that come in groups, all of one UID in one group, so that no more than one group needs to be held. */
export class SpanDeriver {
  readonly #window: TimeRange;
  readonly #floatingZone: string;
  readonly #budget = { left: halvingBudget };
  #spans: BusySpan[] = [];
  #merged = 0;
  #capped = false;

  constructor(window: TimeRange, floatingZone: string) {
    this.#window = window;
    this.#floatingZone = floatingZone;
  }

  add(parts: readonly TimingPart[]): void {
    const before = this.#spans.length;
    if (addSpans(parts, this.#window, this.#floatingZone, this.#spans) !== undefined) {
      this.#spans.length = before;
      this.#capped = addInStretches(parts, this.#window, this.#floatingZone, this.#spans, this.#budget) || this.#capped;
    }
    this.#mergeSome();
  }

  /** An event that happens once, from `from` to `to` (ms since the epoch), and is all of its UID. */
  addOne(timing: EventTiming, from: number, to: number): void {
    addSpan(timing, from, to, this.#window, this.#spans);
    this.#mergeSome();
  }

  #mergeSome(): void {
    if (this.#spans.length - this.#merged < mergeEvery) return;
    this.#spans = mergeSpans(this.#spans);
    this.#merged = this.#spans.length;
  }

  finish(): DerivedSpans {
    return { spans: mergeSpans(this.#spans), capped: this.#capped };
  }
}

/**
 * For objects among which a series is too dense for one go. What cannot be counted out must not look free, so that stretch counts as
 * busy, in the kind of the series. Tells whether there was such a stretch.
 */
function addInStretches(
  parts: readonly TimingPart[],
  window: TimeRange,
  floatingZone: string,
  spans: BusySpan[],
  budget: { left: number },
): boolean {
  let capped = false;
  for (const series of groupBy(parts, ({ uid }) => uid).values()) {
    const kinds = new Set(series.flatMap(({ timing }) => timing.events.map((event) => busyKindOf(event)).filter((kind) => kind !== null)));
    const waiting: TimeRange[] = kinds.size === 0 ? [] : [window];
    for (let stretch = waiting.pop(); stretch !== undefined; stretch = waiting.pop()) {
      const found: BusySpan[] = [];
      const middle = Math.round((stretch.from + stretch.to) / 2);
      const limit = addSpans(series, stretch, floatingZone, found);
      if (limit === undefined) {
        for (const span of found) spans.push(span);
      } else if (budget.left > 0 && stretch.to - stretch.from > shortestMs) {
        budget.left -= halvingCost[limit];
        waiting.push({ from: middle, to: stretch.to }, { from: stretch.from, to: middle });
      } else {
        for (const kind of kinds) spans.push({ kind, ...stretch });
        capped = true;
      }
    }
  }
  return capped;
}
