import type { TimeRange } from "@kalends/model";

export interface ExpandOptions {
  /** IANA zone in which all-day and floating times are read. */
  floatingZone: string;
  /** Most instances of one series in the window. Default 10,000. */
  maxResults?: number;
  /**
   * Most periods that one rule may visit. Default 400,000, well above what any Gregorian cycle needs; 100,000 at most for rules finer than
   * a day.
   */
  maxSteps?: number;
  /** A wall time inside a DST gap moves `forward` (default), or the instance is left out (`skip`, RFC 5545 section 3.3.10). */
  gap?: "forward" | "skip";
  /** Count the master's start as an instance even where its rule does not yield it. Default false. */
  includeStart?: boolean;
  /** Also give out cancelled events. Default false. */
  includeCancelled?: boolean;
}

/** A half-open range in ms, and the options with every default filled in. */
export interface ExpandSettings {
  range: TimeRange;
  maxResults: number;
  maxSteps: number;
  skipGaps: boolean;
  includeStart: boolean;
  includeCancelled: boolean;
}

export function expandSettings(range: TimeRange, options: ExpandOptions): ExpandSettings {
  return {
    range,
    maxResults: options.maxResults ?? 10_000,
    maxSteps: options.maxSteps ?? 400_000,
    skipGaps: options.gap === "skip",
    includeStart: options.includeStart === true,
    includeCancelled: options.includeCancelled === true,
  };
}
