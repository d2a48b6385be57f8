import { civilFromDays, daysFromCivil, daySeconds, monthLength } from "./civil.ts";

function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/**
 * Wall-clock seconds since 1970-01-01T00:00:00 of `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS`; `NaN` for anything else.
 * Fields outside their range give `NaN` too, and are never rolled over into another day.
 */
export function parseLocalIso(text: string): number {
  const length = text.length;
  if (length !== 10 && length !== 19) return Number.NaN;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1) || day > monthLength(year, month)) return Number.NaN;
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return Number.NaN;
  const midnight = daysFromCivil(year, month, day) * daySeconds;
  if (length === 10) return midnight;
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return Number.NaN;
  if (text.charCodeAt(10) !== 84 || text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return Number.NaN;
  return midnight + hour * 3600 + minute * 60 + second;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

/** `YYYY-MM-DD` of a day number since 1970-01-01. */
export function formatDate(days: number): string {
  const { year, month, day } = civilFromDays(days);
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
}

/** `YYYY-MM-DDTHH:MM:SS` of wall-clock seconds since 1970-01-01T00:00:00. */
export function formatLocalIso(seconds: number): string {
  const days = Math.floor(seconds / daySeconds);
  const rest = seconds - days * daySeconds;
  const hour = Math.floor(rest / 3600);
  const minute = Math.floor((rest - hour * 3600) / 60);
  return `${formatDate(days)}T${two(hour)}:${two(minute)}:${two(rest - hour * 3600 - minute * 60)}`;
}
