/** Seconds of a civil day. */
export const daySeconds = 86_400;

/** Days since 1970-01-01 of a proleptic Gregorian date; `month` and `day` count from 1. Years from 0 to 400,000. */
export function daysFromCivil(year: number, month: number, day: number): number {
  // Whole numbers below 2^31 throughout: `| 0` keeps them so, which is several times faster than Math.floor and Math.trunc.
  const y = (month <= 2 ? year - 1 : year) + 400;
  const era = (y / 400) | 0;
  const yearOfEra = y - era * 400;
  const dayOfYear = (((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) | 0) + day - 1;
  return era * 146_097 + yearOfEra * 365 + (yearOfEra >> 2) - ((yearOfEra / 100) | 0) + dayOfYear - 865_565;
}

/** A civil date that `civilFromDays` writes into, so that loops need no new objects. */
export interface CivilDate {
  year: number;
  month: number;
  day: number;
}

/** The civil date of a day number, from year 0 on. Writes into `into` and returns it. */
export function civilFromDays(days: number, into: CivilDate = { year: 0, month: 0, day: 0 }): CivilDate {
  const shifted = (days + 865_565) | 0;
  const era = (shifted / 146_097) | 0;
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36_524) | 0) - ((dayOfEra / 146_096) | 0)) / 365) | 0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + (yearOfEra >> 2) - ((yearOfEra / 100) | 0));
  const shiftedMonth = ((5 * dayOfYear + 2) / 153) | 0;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  into.month = month;
  into.day = dayOfYear - (((153 * shiftedMonth + 2) / 5) | 0) + 1;
  into.year = yearOfEra + era * 400 - (month <= 2 ? 399 : 400);
  return into;
}

export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Number of days of a month; `month` counts from 1. */
export function monthLength(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (monthLengths[month - 1] as number);
}

export function yearLength(year: number): number {
  return isLeapYear(year) ? 366 : 365;
}

/** Weekday of a day number from year 0 on: 0 is Monday, 6 is Sunday. */
export function weekdayOf(days: number): number {
  // 910,000 is a multiple of seven that makes every such number positive.
  return (days + 910_003) % 7;
}

/** First day of week 1 of a year (RFC 5545 section 3.3.10: the first week with at least four days in the year). */
export function firstWeekStart(year: number, weekStart: number): number {
  const newYear = daysFromCivil(year, 1, 1);
  const back = (weekdayOf(newYear) - weekStart + 7) % 7;
  return back > 3 ? newYear - back + 7 : newYear - back;
}
