import { busyKindOf, mergeSpans } from "@kalends/availability";
import { expandTimings, type TimingsOutcome } from "@kalends/ical";
import type { BusySpan, StoredTiming, TimeRange } from "@kalends/model";

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
  const result = expandTimings(parts, stretch, { floatingZone }, (from, to, timing) => {
    const kind = busyKindOf(timing);
    if (kind === null || to <= from) return;
    const clippedFrom = Math.max(from, stretch.from);
    const clippedTo = Math.min(to, stretch.to);
    if (clippedFrom < clippedTo) spans.push({ kind, from: clippedFrom, to: clippedTo });
  });
  return result.capped;
}

/** Merged busy spans of a whole calendar inside the window, per busy kind. Pure. */
export function deriveBusySpans(parts: readonly TimingPart[], window: TimeRange, floatingZone: string): DerivedSpans {
  const spans: BusySpan[] = [];
  if (addSpans(parts, window, floatingZone, spans) === undefined) return { spans: mergeSpans(spans), capped: false };
  return deriveInStretches(parts, window, floatingZone);
}

/**
 * For a calendar with a series that is too dense for one go. What cannot be counted out must not look free, so that stretch counts as
 * busy, in the kind of the series.
 */
function deriveInStretches(parts: readonly TimingPart[], window: TimeRange, floatingZone: string): DerivedSpans {
  const spans: BusySpan[] = [];
  let budget = halvingBudget;
  let capped = false;
  for (const series of byUid(parts)) {
    const kinds = new Set(series.flatMap(({ timing }) => timing.events.map((event) => busyKindOf(event)).filter((kind) => kind !== null)));
    const waiting: TimeRange[] = kinds.size === 0 ? [] : [window];
    for (let stretch = waiting.pop(); stretch !== undefined; stretch = waiting.pop()) {
      const found: BusySpan[] = [];
      const middle = Math.round((stretch.from + stretch.to) / 2);
      const limit = addSpans(series, stretch, floatingZone, found);
      if (limit === undefined) {
        for (const span of found) spans.push(span);
      } else if (budget > 0 && stretch.to - stretch.from > shortestMs) {
        budget -= halvingCost[limit];
        waiting.push({ from: middle, to: stretch.to }, { from: stretch.from, to: middle });
      } else {
        for (const kind of kinds) spans.push({ kind, ...stretch });
        capped = true;
      }
    }
  }
  return { spans: mergeSpans(spans), capped };
}

function byUid(parts: readonly TimingPart[]): TimingPart[][] {
  const groups = new Map<string, TimingPart[]>();
  for (const part of parts) {
    const group = groups.get(part.uid);
    if (group === undefined) groups.set(part.uid, [part]);
    else group.push(part);
  }
  return [...groups.values()];
}
