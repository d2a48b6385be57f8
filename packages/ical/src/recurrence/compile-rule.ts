import { civilFromDays, daySeconds, firstWeekStart, weekdayOf } from "../civil/civil.ts";
import { isInGap, wallToUtc, type ZoneTable } from "../zones/zone-table.ts";
import type { ByDay, Frequency, RecurrenceRule, RuleEnd } from "./rule.ts";

/** Where a rule starts: wall seconds in the zone that its instances are stated in. An all-day start is midnight in UTC. */
export interface RuleStart {
  wall: number;
  zone: ZoneTable;
  dateOnly: boolean;
  /** UNTIL in UTC is compared with wall time: for all-day and floating starts, which name no instant. */
  wallUntil: boolean;
}

/**
 * How a rule is stepped. `daily`, `weekly`, `monthly` and `yearly` are the shapes with one time of day that seek by division and count in
 * closed form; `period` walks days, weeks, months or years with every BY part; `elapsed` steps exact hours, minutes or seconds.
 */
export type RuleShape = "daily" | "weekly" | "monthly" | "yearly" | "period" | "elapsed";

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
  /** Entry `weekday * 107 + nth + 53` is 1 where BYDAY holds that number, such as 2MO; `null` where it holds none. */
  readonly numberedDays: Uint8Array | null;
  /** Bit of each month that BYMONTH names; -1 where there is no BYMONTH. */
  readonly monthMask: number;
  /** Entry `366 + n` is 1 where BYMONTHDAY, or BYYEARDAY, names n; `null` where there is no such part. */
  readonly monthDayTable: Uint8Array | null;
  readonly yearDayTable: Uint8Array | null;
  /** Shapes `monthly` and `yearly`: months since year 0 of the first period, months from one to the next, and the day in it (negative: from the end). */
  readonly month0: number;
  readonly monthStep: number;
  readonly dayOfMonth: number;
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

/** Whether the rule names one fixed day of one month each year; the month comes from the start where there is no BYMONTH. */
function isFixedYearly(rule: RecurrenceRule): boolean {
  const { byMonth, byMonthDay } = rule;
  if (rule.frequency !== "YEARLY" || rule.byDay !== null || rule.byWeekNo !== null || rule.byYearDay !== null) return false;
  return byMonth === null ? byMonthDay === null : byMonth.length === 1 && (byMonthDay === null || byMonthDay.length === 1);
}

function shapeOf(rule: RecurrenceRule, oneTime: boolean): RuleShape {
  const { frequency } = rule;
  if (frequency === "HOURLY" || frequency === "MINUTELY" || frequency === "SECONDLY") return "elapsed";
  if (!oneTime || rule.bySetPos !== null) return "period";
  if (isFixedYearly(rule)) return "yearly";
  if (rule.byMonth !== null) return "period";
  const oneMonthDay = rule.byMonthDay === null || rule.byMonthDay.length === 1;
  if (frequency === "MONTHLY" && rule.byDay === null && oneMonthDay) return "monthly";
  if (frequency === "WEEKLY") return "weekly";
  if (frequency !== "DAILY" || rule.byMonthDay !== null) return "period";
  if (rule.byDay === null) return "daily";
  // Every day, limited to some weekdays, is every week on those days.
  return rule.interval === 1 ? "weekly" : "period";
}

function mask(values: readonly number[]): number {
  return values.reduce((bits, value) => bits | (1 << value), 0);
}

function numbersTable(values: readonly number[] | null): Uint8Array | null {
  if (values === null) return null;
  const table = new Uint8Array(733);
  for (const value of values) table[366 + value] = 1;
  return table;
}

function numberedDaysTable(byDay: readonly ByDay[] | null): Uint8Array | null {
  if (byDay === null || byDay.every((entry) => entry.nth === 0)) return null;
  const table = new Uint8Array(7 * 107);
  for (const { weekday, nth } of byDay) if (nth !== 0) table[weekday * 107 + nth + 53] = 1;
  return table;
}

function weekOffsetsOf(rule: RecurrenceRule, weekday: number): number[] {
  let bits = 0;
  const add = (day: number): void => void (bits |= 1 << ((day - rule.weekStart + 7) % 7));
  if (rule.byDay === null) add(weekday);
  else for (const entry of rule.byDay) add(entry.weekday);
  const offsets: number[] = [];
  for (let i = 0; i < 7; i++) if (((bits >> i) & 1) === 1) offsets.push(i);
  return offsets;
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
  const { byDay } = rule;
  const weekOffsets = weekOffsetsOf(rule, weekday);
  const times = timesOfDay(rule, startTime);
  const oneTime = times.length === 1 && times[0] === startTime && (start.dateOnly || !skipGaps);
  const shape = shapeOf(rule, oneTime);
  const yearly = shape === "yearly";
  return {
    rule,
    frequency: rule.frequency,
    interval: rule.interval,
    count: rule.count ?? Infinity,
    until: untilUtc(rule.until, start),
    zone: start.zone,
    shape,
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
    numberedDays: numberedDaysTable(byDay),
    monthMask: rule.byMonth === null ? -1 : mask(rule.byMonth),
    monthDayTable: numbersTable(rule.byMonthDay),
    yearDayTable: numbersTable(rule.byYearDay),
    month0: year * 12 + (yearly ? (rule.byMonth?.[0] ?? month) : month) - 1,
    monthStep: yearly ? 12 * rule.interval : rule.interval,
    dayOfMonth: rule.byMonthDay?.[0] ?? day,
    skipGaps,
  };
}

/** Whether a wall second is to be left out because it does not exist. */
export function isLeftOut(rule: CompiledRule, wall: number): boolean {
  return rule.skipGaps && isInGap(rule.zone, wall);
}
