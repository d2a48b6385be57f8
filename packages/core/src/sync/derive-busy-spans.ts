import { busyKindOf, mergeSpans } from "@kalends/availability";
import { expandTimings } from "@kalends/ical";
import type { BusySpan, StoredTiming, TimeRange } from "@kalends/model";

/** One stored object, as far as busy spans need it. */
export interface TimingPart {
  uid: string;
  timing: StoredTiming;
}

export interface DerivedSpans {
  spans: BusySpan[];
  /** A series ended at a limit before the window did. */
  capped: boolean;
}

/** Merged busy spans of a whole calendar inside the window, per busy kind. Pure. */
export function deriveBusySpans(parts: readonly TimingPart[], window: TimeRange, floatingZone: string): DerivedSpans {
  const spans: BusySpan[] = [];
  const result = expandTimings(parts, window, { floatingZone }, (from, to, timing) => {
    const kind = busyKindOf(timing);
    if (kind === null || to <= from) return;
    const clippedFrom = Math.max(from, window.from);
    const clippedTo = Math.min(to, window.to);
    if (clippedFrom < clippedTo) spans.push({ kind, from: clippedFrom, to: clippedTo });
  });
  return { spans: mergeSpans(spans), capped: result.capped !== undefined };
}
