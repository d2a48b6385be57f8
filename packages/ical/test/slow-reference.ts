/** Offset of a zone by Intl at an instant, in ms: slow and obvious. */
const formats = new Map<string, Intl.DateTimeFormat>();
function localMs(zone: string, utc: number): number {
  let format = formats.get(zone);
  if (format === undefined)
    formats.set(
      zone,
      (format = new Intl.DateTimeFormat("en-US", {
        timeZone: zone,
        hourCycle: "h23",
        year: "numeric",
        month: "2-digit",
        day: "2-digit",
        hour: "2-digit",
        minute: "2-digit",
        second: "2-digit",
      })),
    );
  const part = new Map(format.formatToParts(utc).map(({ type, value }) => [type, Number(value)] as const));
  const of = (type: Intl.DateTimeFormatPartTypes): number => part.get(type) as number;
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
}

/** The instant of a wall time: the first instant that shows it; where none does, the wall time read with the offset of the day before. */
function instantOf(zone: string, wall: number): number {
  const before = localMs(zone, wall - 86_400_000) - (wall - 86_400_000);
  const after = localMs(zone, wall + 86_400_000) - (wall + 86_400_000);
  const shown = [wall - before, wall - after].filter((utc) => localMs(zone, utc) === wall).sort((a, b) => a - b);
  return shown[0] ?? wall - before;
}

const names = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

export interface SimpleRule {
  frequency: "DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY";
  interval: number;
  count: number | null;
  byDay: string[];
}

export function ruleText(rule: SimpleRule): string {
  const parts = [`FREQ=${rule.frequency}`, `INTERVAL=${rule.interval}`];
  if (rule.count !== null) parts.push(`COUNT=${rule.count}`);
  if (rule.byDay.length > 0) parts.push(`BYDAY=${rule.byDay.join(",")}`);
  return parts.join(";");
}

function isOnRule(rule: SimpleRule, start: Date, day: Date): boolean {
  const days = Math.round((day.getTime() - start.getTime()) / 86_400_000);
  const months = (day.getUTCFullYear() - start.getUTCFullYear()) * 12 + day.getUTCMonth() - start.getUTCMonth();
  const weekday = names[day.getUTCDay()] as string;
  if (rule.byDay.length > 0 && !rule.byDay.includes(weekday)) return false;
  switch (rule.frequency) {
    case "DAILY":
      return days % rule.interval === 0;
    case "WEEKLY": {
      const mondayOf = (date: Date): number => date.getTime() - ((date.getUTCDay() + 6) % 7) * 86_400_000;
      const weeks = Math.round((mondayOf(day) - mondayOf(start)) / (7 * 86_400_000));
      return weeks % rule.interval === 0 && (rule.byDay.length > 0 || day.getUTCDay() === start.getUTCDay());
    }
    case "MONTHLY":
      return months % rule.interval === 0 && (rule.byDay.length > 0 || day.getUTCDate() === start.getUTCDate());
    default:
      if (rule.byDay.length > 0) return (day.getUTCFullYear() - start.getUTCFullYear()) % rule.interval === 0;
      return months % (12 * rule.interval) === 0 && day.getUTCDate() === start.getUTCDate();
  }
}

/** Walks day by day from the start; a day is on the rule or it is not. Everything the window touches, as [from, to] in ms. */
export function slowExpand(
  rule: SimpleRule,
  startWall: number,
  zone: string,
  lengthMs: number,
  excluded: ReadonlySet<number>,
  from: number,
  to: number,
): [number, number][] {
  const start = new Date(Math.floor(startWall / 86_400_000) * 86_400_000);
  const time = startWall - start.getTime();
  const found: [number, number][] = [];
  let left = rule.count ?? Infinity;
  for (let day = start.getTime(); day <= to + 2 * 86_400_000 && left > 0; day += 86_400_000) {
    if (!isOnRule(rule, start, new Date(day))) continue;
    left--;
    const begin = instantOf(zone, day + time);
    if (excluded.has(begin)) continue;
    const end = begin + lengthMs;
    if (begin < to && (end > from || (end === begin && begin >= from))) found.push([begin, end]);
  }
  return found;
}
