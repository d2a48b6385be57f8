export type Frequency = "YEARLY" | "MONTHLY" | "WEEKLY" | "DAILY" | "HOURLY" | "MINUTELY" | "SECONDLY";

/** One entry of BYDAY. `weekday` 0 is Monday; `nth` 0 means every such weekday of the period. */
export interface ByDay {
  weekday: number;
  nth: number;
}

/** Value of UNTIL: wall seconds, and how they are to be read. */
export interface RuleEnd {
  kind: "date" | "local" | "utc";
  seconds: number;
}

/** A recurrence rule as numbers (RFC 5545 section 3.3.10). Lists are sorted and hold no value twice; `null`: part absent. */
export interface RecurrenceRule {
  frequency: Frequency;
  interval: number;
  count: number | null;
  until: RuleEnd | null;
  /** 0 is Monday. */
  weekStart: number;
  bySecond: readonly number[] | null;
  byMinute: readonly number[] | null;
  byHour: readonly number[] | null;
  byDay: readonly ByDay[] | null;
  byMonthDay: readonly number[] | null;
  byYearDay: readonly number[] | null;
  byWeekNo: readonly number[] | null;
  byMonth: readonly number[] | null;
  bySetPos: readonly number[] | null;
}

/**
 * Something wrong with a rule. `fatal`: the rule cannot be used at all. Otherwise the part was ignored or read generously.
 * `message` holds no text of the rule beyond the part's registered name.
 */
export interface RuleProblem {
  fatal: boolean;
  part: string;
  message: string;
}

/** A rule as it was read. `rule` is `null` where some problem is fatal. */
export interface ReadRule {
  rule: RecurrenceRule | null;
  problems: readonly RuleProblem[];
}
