import type { EventTiming, StoredTiming, TimeRange } from "@kalends/model";
import { expandSettings, type ExpandOptions } from "./expand-options.ts";
import { expandSeries } from "./expand-series.ts";
import { forEachUid } from "./group-members.ts";

/**
 * Calls `visit` with start and end (ms, half-open) of every occurrence that touches the range, in no particular order: the fast path for
 * busy spans, with the meaning of `expandObjects`. Throws `zone-unknown` for the floating zone.
 */
export function expandTimings(
  parts: readonly { uid: string; timing: StoredTiming }[],
  range: TimeRange,
  options: ExpandOptions,
  visit: (from: number, to: number, timing: EventTiming) => void,
): { capped?: "results" | "steps"; unresolvedZone?: boolean } {
  const settings = expandSettings(range, options);
  const result: { capped?: "results" | "steps"; unresolvedZone?: boolean } = {};
  const members = parts.map(({ uid, timing }) => ({ uid, events: timing.events, zones: timing.zones }));
  const unresolved = forEachUid(members, options.floatingZone, (_, events) => {
    const capped = expandSeries(events, settings, (found) => visit(found.from * 1000, found.to * 1000, found.member.event));
    if (capped !== undefined) result.capped = capped;
  });
  if (unresolved) result.unresolvedZone = true;
  return result;
}
