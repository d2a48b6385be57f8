import type { TimeRange } from "@kalends/model";

/** Decisions where RFC 5545 is silent or contradicts itself; see docs/reference/recurrence.md. */
export interface ExpandPolicies {
  /** A wall time inside a DST gap moves `forward` (default), or the instance is left out (`skip`, RFC 5545 section 3.3.10). */
  gap?: "forward" | "skip";
  /** Count the master's start as an instance even where its rule does not yield it. Default false. */
  includeStart?: boolean;
}

export interface ExpandOptions extends ExpandPolicies {
  /** IANA zone in which all-day and floating times are read. */
  floatingZone: string;
  /** Most instances of one series in the window. Default 10,000. */
  maxResults?: number;
  /** Most candidates (periods, days and times of day) that the rules of one series may look at. Default 200,000: about 50 ms at worst. */
  maxSteps?: number;
  /** Asked between series; `true` ends the expansion with `capped: "time"`. This package has no clock of its own. */
  isOver?: () => boolean;
  /** Also give out cancelled events. Default false. */
  includeCancelled?: boolean;
}

/** What a series is compiled with. */
export interface CompileSettings {
  skipGaps: boolean;
  includeStart: boolean;
}

/** A half-open range in ms, and the bounds of looking into it. */
export interface QuerySettings {
  range: TimeRange;
  maxResults: number;
  maxSteps: number;
  includeCancelled: boolean;
}

export function compileSettings(options: ExpandPolicies): CompileSettings {
  return { skipGaps: options.gap === "skip", includeStart: options.includeStart === true };
}

export function querySettings(range: TimeRange, options: ExpandOptions): QuerySettings {
  return {
    range,
    maxResults: options.maxResults ?? 10_000,
    maxSteps: options.maxSteps ?? 200_000,
    includeCancelled: options.includeCancelled === true,
  };
}
