import { civilFromDays, daySeconds, firstWeekStart, weekdayOf } from "../civil/civil.ts";
import { isInGap, wallToUtc, type ZoneTable } from "../zones/zone-table.ts";
import type { Frequency, RecurrenceRule, RuleEnd } from "./rule.ts";

/** Where a rule starts: wall seconds in the zone that its instances are stated in. An all-day start is midnight in UTC. */
export interface RuleStart {
  wall: number;
  zone: ZoneTable;
  dateOnly: boolean;
  /** UNTIL in UTC is compared with wall time: for all-day and floating starts, which name no instant. */
  wallUntil: boolean;
}

/**
 * How a rule is stepped: `daily` and `weekly` are the shapes with one time a day that seek by division, `period` walks days,
 * weeks, months or years with every BY part, `elapsed` steps exact hours, minutes or seconds.
 */
export type RuleShape = "daily" | "weekly" | "period" | "elapsed";

/** A rule bound to its start, ready for any number of windows. */
export interface CompiledRule {
  readonly rule: RecurrenceRule;
  readonly frequency: Frequency;
  readonly interval: number;
  /** `Infinity` where the rule has no COUNT. */
  readonly count: number;
  /** Last UTC second that an instance may start at; `Infinity` where the rule has no UNTIL. */
  readonly until: number;
  readonly zone: ZoneTable;
  readonly shape: RuleShape;
  readonly startWall: number;
  readonly startDay: number;
  readonly startTime: number;
  readonly startUtc: number;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  /** Year that holds the start's week, for BYWEEKNO. */
  readonly weekYear: number;
  /** First day of the start's week. */
  readonly weekDay0: number;
  /** Days of the week (from the week's first day) on which a weekly rule happens, ascending. */
  readonly weekOffsets: readonly number[];
  /** How many of them lie before the start in its own week. */
  readonly weekSkipped: number;
  /** Seconds of the day at which instances start, ascending. */
  readonly times: readonly number[];
  /** Bit of each weekday that BYDAY names without a number; -1 where there is no BYDAY. */
  readonly weekdayMask: number;
  /** BYDAY holds a number such as 2MO. */
  readonly numberedDays: boolean;
  /** Bit of each month that BYMONTH names; -1 where there is no BYMONTH. */
  readonly monthMask: number;
  /** Leave instances in a DST gap out instead of moving them forward. */
  readonly skipGaps: boolean;
}

function untilUtc(until: RuleEnd | null, start: RuleStart): number {
  if (until === null) return Infinity;
  if (until.kind === "date") return wallToUtc(start.zone, until.seconds + daySeconds - 1);
  if (until.kind === "utc" && !start.wallUntil) return until.seconds;
  return wallToUtc(start.zone, until.seconds);
}

function timesOfDay(rule: RecurrenceRule, startTime: number): number[] {
  const hours = rule.byHour ?? [Math.floor(startTime / 3600)];
  const minutes = rule.byMinute ?? [Math.floor(startTime / 60) % 60];
  const seconds = rule.bySecond ?? [startTime % 60];
  const times: number[] = [];
  for (const hour of hours) for (const minute of minutes) for (const second of seconds) times.push(hour * 3600 + minute * 60 + second);
  return times;
}

function shapeOf(rule: RecurrenceRule, times: number, skipGaps: boolean): RuleShape {
  if (rule.frequency === "HOURLY" || rule.frequency === "MINUTELY" || rule.frequency === "SECONDLY") return "elapsed";
  const plain = times === 1 && rule.byMonth === null && rule.bySetPos === null && !skipGaps;
  if (plain && rule.frequency === "WEEKLY") return "weekly";
  if (plain && rule.frequency === "DAILY" && rule.byDay === null && rule.byMonthDay === null) return "daily";
  return "period";
}

function mask(values: readonly number[]): number {
  return values.reduce((bits, value) => bits | (1 << value), 0);
}

/** All-day events have no time of day: BYHOUR, BYMINUTE and BYSECOND are left out (RFC 5545 section 3.3.10). */
function withoutTimes(rule: RecurrenceRule): RecurrenceRule {
  return rule.byHour === null && rule.byMinute === null && rule.bySecond === null
    ? rule
    : { ...rule, byHour: null, byMinute: null, bySecond: null };
}

function weekYearOf(day: number, year: number, weekStart: number): number {
  if (day < firstWeekStart(year, weekStart)) return year - 1;
  return day >= firstWeekStart(year + 1, weekStart) ? year + 1 : year;
}

/** Whether the rule can be used with a start of that kind: an all-day event cannot recur within a day. */
export function suitsStart(rule: RecurrenceRule, dateOnly: boolean): boolean {
  return !dateOnly || (rule.frequency !== "HOURLY" && rule.frequency !== "MINUTELY" && rule.frequency !== "SECONDLY");
}

/** Binds a rule to its start. `skipGaps` drops instances in a DST gap, which otherwise move forward. */
export function compileRule(given: RecurrenceRule, start: RuleStart, skipGaps: boolean): CompiledRule {
  const rule = start.dateOnly ? withoutTimes(given) : given;
  const startDay = Math.floor(start.wall / daySeconds);
  const startTime = start.wall - startDay * daySeconds;
  const { year, month, day } = civilFromDays(startDay);
  const weekday = weekdayOf(startDay);
  const intoWeek = (weekday - rule.weekStart + 7) % 7;
  const byDay = rule.byDay;
  const weekdays = byDay === null ? [weekday] : byDay.map((entry) => entry.weekday);
  const weekOffsets = [...new Set(weekdays.map((entry) => (entry - rule.weekStart + 7) % 7))].sort((a, b) => a - b);
  const times = timesOfDay(rule, startTime);
  const timeIsStart = times.length === 1 && times[0] === startTime;
  return {
    rule,
    frequency: rule.frequency,
    interval: rule.interval,
    count: rule.count ?? Infinity,
    until: untilUtc(rule.until, start),
    zone: start.zone,
    shape: shapeOf(rule, timeIsStart ? 1 : 2, skipGaps && !start.dateOnly),
    startWall: start.wall,
    startDay,
    startTime,
    startUtc: wallToUtc(start.zone, start.wall),
    year,
    month,
    day,
    weekday,
    weekYear: rule.byWeekNo === null ? year : weekYearOf(startDay, year, rule.weekStart),
    weekDay0: startDay - intoWeek,
    weekOffsets,
    weekSkipped: weekOffsets.filter((offset) => offset < intoWeek).length,
    times,
    weekdayMask: byDay === null ? -1 : mask(byDay.filter((entry) => entry.nth === 0).map((entry) => entry.weekday)),
    numberedDays: byDay !== null && byDay.some((entry) => entry.nth !== 0),
    monthMask: rule.byMonth === null ? -1 : mask(rule.byMonth),
    skipGaps,
  };
}

/** Whether a wall second is to be left out because it does not exist. */
export function isLeftOut(rule: CompiledRule, wall: number): boolean {
  return rule.skipGaps && isInGap(rule.zone, wall);
}
