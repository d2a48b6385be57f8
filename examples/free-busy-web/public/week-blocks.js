import { addDays, dateOf, offsetAt, rowOf, startOfDate } from "./zone-days.js";

const workStart = 9;
const workEnd = 17;

/** Cuts a person's periods at the days of the week. Rows are minutes from the top of the grid. */
export function blocksOf(periods, week) {
  const blocks = [];
  for (const period of periods) {
    const from = Date.parse(period.from);
    const to = Date.parse(period.to);
    week.days.forEach((day, index) => {
      if (from >= day.to || to <= day.from) return;
      const start = Math.max(from, day.from);
      const end = Math.min(to, day.to);
      blocks.push({
        day: index,
        kind: period.kind,
        from,
        to,
        top: rowOf(start, day, week),
        bottom: rowOf(end, day, week),
        isWholeDay: start === day.from && end === day.to,
        isFirst: start === from,
        isLast: end === to,
      });
    });
  }
  return blocks;
}

/** The person's usual hours, Monday to Friday on their own wall clock, as periods inside the week. */
export function usualHours(week, zone) {
  const first = addDays(dateOf(week.days[0].from, zone), -1);
  const periods = [];
  for (let index = 0; index < 10; index++) {
    const date = addDays(first, index);
    const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
    if (weekday === 0 || weekday === 6) continue;
    const midnight = startOfDate(date, zone);
    const instant = (hours) => {
      const elapsed = midnight + hours * 3_600_000;
      return new Date(elapsed + offsetAt(midnight, zone) - offsetAt(elapsed, zone)).toISOString();
    };
    periods.push({ kind: "usual", from: instant(workStart), to: instant(workEnd) });
  }
  return periods;
}
