import { civilFromDays, daysFromCivil, monthLength, weekdayOf, yearLength, type CivilDate } from "../civil/civil.ts";
import type { CompiledRule } from "./compile-rule.ts";

/** Whether a table of BYMONTHDAY or BYYEARDAY names `value` (counted from 1 in a period of `length`), or its place from the end. */
export function names(table: Uint8Array, value: number, length: number): boolean {
  return table[366 + value] === 1 || table[365 + value - length] === 1;
}

/** Whether BYDAY names the weekday, or its place in the period (`position` from 0, of `length` days). */
export function namesWeekday(rule: CompiledRule, weekday: number, position: number, length: number): boolean {
  if (((rule.weekdayMask >> weekday) & 1) === 1) return true;
  if (rule.numberedDays === null) return false;
  const base = weekday * 107 + 53;
  const nth = Math.floor(position / 7) + 1;
  const nthLast = Math.floor((length - 1 - position) / 7) + 1;
  return rule.numberedDays[base + nth] === 1 || rule.numberedDays[base - nthLast] === 1;
}

const scratch: CivilDate = { year: 0, month: 0, day: 0 };

/** Whether a day meets BYMONTH. */
export function meetsMonth(rule: CompiledRule, month: number): boolean {
  return ((rule.monthMask >> month) & 1) === 1;
}

/** Whether a day meets BYDAY. Numbers count in the year where the rule is YEARLY without BYMONTH, else in the month. */
export function meetsByDay(rule: CompiledRule, day: number, date: CivilDate): boolean {
  if (rule.rule.byDay === null) return true;
  const weekday = weekdayOf(day);
  if (rule.numberedDays === null) return ((rule.weekdayMask >> weekday) & 1) === 1;
  if (rule.frequency === "YEARLY" && rule.rule.byMonth === null) {
    return namesWeekday(rule, weekday, day - daysFromCivil(date.year, 1, 1), yearLength(date.year));
  }
  return namesWeekday(rule, weekday, date.day - 1, monthLength(date.year, date.month));
}

/** Whether a day meets BYMONTH, BYYEARDAY, BYMONTHDAY and BYDAY, all as limits. */
export function meetsDayParts(rule: CompiledRule, day: number): boolean {
  const { monthDayTable, yearDayTable } = rule;
  if (rule.monthMask === -1 && monthDayTable === null && yearDayTable === null && rule.numberedDays === null) {
    return rule.weekdayMask === -1 || ((rule.weekdayMask >> weekdayOf(day)) & 1) === 1;
  }
  const date = civilFromDays(day, scratch);
  if (!meetsMonth(rule, date.month)) return false;
  if (monthDayTable !== null && !names(monthDayTable, date.day, monthLength(date.year, date.month))) return false;
  if (yearDayTable !== null && !names(yearDayTable, day - daysFromCivil(date.year, 1, 1) + 1, yearLength(date.year))) return false;
  return meetsByDay(rule, day, date);
}
