import type { EventTiming, StoredTiming, TimeRange } from "@kalends/model";
import type { Cap } from "../recurrence/rule-output.ts";
import { CompiledCalendar, type EventsOfUid } from "./compiled-calendar.ts";
import { compileSettings, querySettings, type ExpandOptions } from "./expand-options.ts";

/** Start and end (ms, half-open) of one occurrence, and the timing that states it. */
export type VisitTiming = (from: number, to: number, timing: EventTiming) => void;

/** Where an expansion stopped short, and whether some time named a zone that nobody could resolve. */
export interface TimingsOutcome {
  capped?: Cap;
  unresolvedZone?: boolean;
}

/** A calendar's timings with zones resolved and rules compiled, for any number of windows. Later changes of the parts do not show. */
export interface CompiledTimings {
  /** As `expandTimings`, for one window. */
  visit(range: TimeRange, visit: VisitTiming): TimingsOutcome;
}

interface TimingPart {
  uid: string;
  timing: StoredTiming;
}

function calendarOf(parts: readonly TimingPart[], options: ExpandOptions): CompiledCalendar<EventTiming> {
  const members: EventsOfUid<EventTiming>[] = [];
  for (const { uid, timing } of parts) members.push({ uid, events: timing.events, zones: timing.zones });
  return new CompiledCalendar(members, options.floatingZone, compileSettings(options));
}

function visitCalendar(
  calendar: CompiledCalendar<EventTiming>,
  range: TimeRange,
  options: ExpandOptions,
  visit: VisitTiming,
): TimingsOutcome {
  const outcome: TimingsOutcome = {};
  const capped = calendar.visit(querySettings(range, options), options.isOver, (_, found) =>
    visit(found.from * 1000, found.to * 1000, found.member.event),
  );
  if (capped !== undefined) outcome.capped = capped;
  if (calendar.unresolvedZone) outcome.unresolvedZone = true;
  return outcome;
}

/** Compiles a calendar's timings once for many windows. Throws `zone-unknown` for the floating zone. */
export function compileTimings(parts: readonly TimingPart[], options: ExpandOptions): CompiledTimings {
  const calendar = calendarOf(parts, options).index();
  return { visit: (range, visit) => visitCalendar(calendar, range, options, visit) };
}

/**
 * Calls `visit` with start and end (ms, half-open) of every occurrence that touches the range, in no particular order: the fast path for
 * busy spans, with the meaning of `expandObjects`. Throws `zone-unknown` for the floating zone.
 */
export function expandTimings(
  parts: readonly TimingPart[],
  range: TimeRange,
  options: ExpandOptions,
  visit: VisitTiming,
): TimingsOutcome {
  return visitCalendar(calendarOf(parts, options), range, options, visit);
}
