import { daysFromCivil, firstWeekStart, monthLength, weekdayOf, yearLength } from "../civil/civil.ts";
import type { CompiledRule } from "./compile-rule.ts";
import { meetsDayParts, names, namesWeekday } from "./day-filters.ts";

/** Candidate days of one period, ascending, none twice. The arrays are reused from period to period. */
export interface DayList {
  days: Float64Array;
  length: number;
  /** How many days were looked at to find them. */
  candidates: number;
}

export function newDayList(): DayList {
  return { days: new Float64Array(2048), length: 0, candidates: 0 };
}

function push(list: DayList, day: number): void {
  list.days[list.length++] = day;
}

/** Most days that are sorted by moving each to its place; longer lists in disorder would take the square of their length. */
const fewDays = 32;

function sortFew(list: DayList): void {
  const { days } = list;
  for (let i = 1; i < list.length; i++) {
    const day = days[i] as number;
    let j = i - 1;
    while (j >= 0 && (days[j] as number) > day) {
      days[j + 1] = days[j] as number;
      j--;
    }
    days[j + 1] = day;
  }
}

function isSorted({ days, length }: DayList): boolean {
  for (let i = 1; i < length; i++) if ((days[i] as number) <= (days[i - 1] as number)) return false;
  return true;
}

/** Sorts and drops repeats. */
function settle(list: DayList): void {
  list.candidates = list.length;
  if (isSorted(list)) return;
  const { days } = list;
  if (list.length <= fewDays) sortFew(list);
  else days.subarray(0, list.length).sort();
  let kept = 0;
  for (let i = 0; i < list.length; i++) {
    if (kept === 0 || days[kept - 1] !== days[i]) days[kept++] = days[i] as number;
  }
  list.length = kept;
}

function keepMatching(rule: CompiledRule, list: DayList): void {
  let kept = 0;
  for (let i = 0; i < list.length; i++) {
    const day = list.days[i] as number;
    if (meetsDayParts(rule, day)) list.days[kept++] = day;
  }
  list.length = kept;
}

/** Longer lists are not worked through entry by entry: each day is looked up, which also keeps the days in order. */
const longList = 16;

/** Days of BYDAY inside [first, first + length), numbers counted there. */
function addWeekdays(rule: CompiledRule, list: DayList, first: number, length: number): void {
  const firstWeekday = weekdayOf(first);
  const byDay = rule.rule.byDay ?? [];
  if (byDay.length > longList) {
    for (let at = 0; at < length; at++) if (namesWeekday(rule, (firstWeekday + at) % 7, at, length)) push(list, first + at);
    return;
  }
  for (const { weekday, nth } of byDay) {
    const offset = (weekday - firstWeekday + 7) % 7;
    if (nth === 0) for (let at = offset; at < length; at += 7) push(list, first + at);
    else {
      const at = nth > 0 ? offset + 7 * (nth - 1) : offset + 7 * Math.floor((length - 1 - offset) / 7) + 7 * (nth + 1);
      if (at >= 0 && at < length) push(list, first + at);
    }
  }
}

/** Days of BYMONTHDAY or BYYEARDAY inside [first, first + length). */
function addNumberedDays(list: DayList, numbers: readonly number[], table: Uint8Array | null, first: number, length: number): void {
  if (numbers.length > longList && table !== null) {
    for (let at = 1; at <= length; at++) if (names(table, at, length)) push(list, first + at - 1);
    return;
  }
  for (const number of numbers) {
    const at = number > 0 ? number - 1 : length + number;
    if (at >= 0 && at < length) push(list, first + at);
  }
}

function monthInto(rule: CompiledRule, list: DayList, year: number, month: number): void {
  const first = daysFromCivil(year, month, 1);
  const length = monthLength(year, month);
  const { byMonthDay, byDay } = rule.rule;
  if (byMonthDay !== null) addNumberedDays(list, byMonthDay, rule.monthDayTable, first, length);
  else if (byDay !== null) addWeekdays(rule, list, first, length);
  else if (rule.day <= length) push(list, first + rule.day - 1);
}

/** Days of a MONTHLY period (RFC 5545 section 3.3.10, column MONTHLY of the table). */
export function monthDays(rule: CompiledRule, list: DayList, year: number, month: number): void {
  list.length = 0;
  list.candidates = 0;
  if (((rule.monthMask >> month) & 1) === 0) return;
  monthInto(rule, list, year, month);
  settle(list);
  if (rule.rule.byMonthDay !== null && rule.rule.byDay !== null) keepMatching(rule, list);
}

/**
 * Days of the weeks that BYWEEKNO names. Without BYDAY it is the start's weekday, unless BYMONTHDAY or BYYEARDAY choose the days.
 */
function weekNumberDays(rule: CompiledRule, list: DayList, year: number): void {
  const { byWeekNo, byDay, byMonthDay, byYearDay, weekStart } = rule.rule;
  const first = firstWeekStart(year, weekStart);
  const weeks = Math.round((firstWeekStart(year + 1, weekStart) - first) / 7);
  for (const number of byWeekNo ?? []) {
    const week = number > 0 ? number - 1 : weeks + number;
    if (week < 0 || week >= weeks) continue;
    for (let i = 0; i < 7; i++) {
      const day = first + week * 7 + i;
      if (byDay !== null || byMonthDay !== null || byYearDay !== null || weekdayOf(day) === rule.weekday) push(list, day);
    }
  }
  settle(list);
  keepMatching(rule, list);
}

/** Days of a YEARLY period. With BYWEEKNO `year` counts weeks, and its days may lie in a neighbouring year. */
export function yearDays(rule: CompiledRule, list: DayList, year: number): void {
  list.length = 0;
  const { byWeekNo, byYearDay, byMonthDay, byDay, byMonth } = rule.rule;
  if (byWeekNo !== null) {
    weekNumberDays(rule, list, year);
    return;
  }
  if (byYearDay !== null) addNumberedDays(list, byYearDay, rule.yearDayTable, daysFromCivil(year, 1, 1), yearLength(year));
  else if (byMonthDay === null && byDay !== null && byMonth === null) addWeekdays(rule, list, daysFromCivil(year, 1, 1), yearLength(year));
  else if (byMonth !== null) for (const month of byMonth) monthInto(rule, list, year, month);
  else if (byMonthDay !== null) for (let month = 1; month <= 12; month++) monthInto(rule, list, year, month);
  else monthInto(rule, list, year, rule.month);
  settle(list);
  if (byYearDay !== null || (byMonthDay !== null && byDay !== null)) keepMatching(rule, list);
}

/** Days of a WEEKLY period whose first day is `first`. */
export function weekDays(rule: CompiledRule, list: DayList, first: number): void {
  list.length = 0;
  for (const offset of rule.weekOffsets) push(list, first + offset);
  list.candidates = list.length;
  if (rule.rule.byMonth !== null) keepMatching(rule, list);
}

/** The day of a DAILY period, where it meets the limits. */
export function singleDay(rule: CompiledRule, list: DayList, day: number): void {
  list.length = 0;
  list.candidates = 0;
  if (meetsDayParts(rule, day)) push(list, day);
}
