/** Seconds of a civil day. */
export const daySeconds = 86_400;

/** Days since 1970-01-01 of a proleptic Gregorian date; `month` and `day` count from 1. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.trunc((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.trunc(yearOfEra / 4) - Math.trunc(yearOfEra / 100) + dayOfYear - 719_468;
}

/** A civil date that `civilFromDays` writes into, so that loops need no new objects. */
export interface CivilDate {
  year: number;
  month: number;
  day: number;
}

/** The civil date of a day number. Writes into `into` and returns it. */
export function civilFromDays(days: number, into: CivilDate = { year: 0, month: 0, day: 0 }): CivilDate {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.trunc(
    (dayOfEra - Math.trunc(dayOfEra / 1460) + Math.trunc(dayOfEra / 36_524) - Math.trunc(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.trunc(yearOfEra / 4) - Math.trunc(yearOfEra / 100));
  const shiftedMonth = Math.trunc((5 * dayOfYear + 2) / 153);
  into.month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  into.day = dayOfYear - Math.trunc((153 * shiftedMonth + 2) / 5) + 1;
  into.year = yearOfEra + era * 400 + (into.month <= 2 ? 1 : 0);
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

/** Weekday of a day number: 0 is Monday, 6 is Sunday. */
export function weekdayOf(days: number): number {
  const rest = (days + 3) % 7;
  return rest < 0 ? rest + 7 : rest;
}

/** First day of week 1 of a year (RFC 5545 section 3.3.10: the first week with at least four days in the year). */
export function firstWeekStart(year: number, weekStart: number): number {
  const newYear = daysFromCivil(year, 1, 1);
  const back = (weekdayOf(newYear) - weekStart + 7) % 7;
  return back > 3 ? newYear - back + 7 : newYear - back;
}
