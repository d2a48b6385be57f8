const day = 86_400_000;

/** Date `days` after a date, both `YYYY-MM-DD`. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * day).toISOString().slice(0, 10);
}

/** The Monday of the week (by UTC) in which an instant lies, `YYYY-MM-DD`. */
export function mondayOf(instant: number): string {
  const midnight = Math.floor(instant / day) * day;
  // 1970-01-01 was a Thursday, three days after a Monday.
  const sinceMonday = (midnight / day + 3) % 7;
  return new Date(midnight - sinceMonday * day).toISOString().slice(0, 10);
}
