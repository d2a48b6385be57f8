import type { EventTime, EventTiming, TimeRange } from "@kalends/model";

// The plainest code that states the rules: one cell per minute, day after day, offsets asked of Intl. It shares nothing with the packages.

/** One cell per minute: the strongest kind there, or null. */
export type Grid = (string | null)[];

export interface Rule {
  frequency: "DAILY" | "WEEKLY" | "MONTHLY";
  interval: number;
  /** 0 is Sunday; WEEKLY only. */
  weekdays: number[];
  /** MONTHLY only. */
  monthDay: number;
  count: number | null;
}

/** A calendar as a list of series, each a master with its overrides. */
export interface GridCalendar {
  floatingZone: string;
  series: EventTiming[][];
  /** The rules of the series again, in a form that needs no reading. */
  rules: (Rule | null)[];
}

export const strongestFirst: readonly string[] = ["out-of-office", "busy", "unknown", "tentative", "working-elsewhere"];

const day = 86_400_000;

/** Wall times (ms as if in UTC) that the rule yields from a start on, up to `until`: every day is asked whether it fits. */
export function wallDates(start: number, rule: Rule, until: number): number[] {
  const walls: number[] = [];
  for (let wall = start; wall < until && (rule.count === null || walls.length < rule.count); wall += day) if (fits(wall, start, rule)) walls.push(wall);
  return walls;
}

function fits(wall: number, start: number, { frequency, interval, weekdays, monthDay }: Rule): boolean {
  const [date, first] = [new Date(wall), new Date(start)];
  if (frequency === "DAILY") return Math.round((wall - start) / day) % interval === 0;
  if (frequency === "WEEKLY") return weekdays.includes(date.getUTCDay()) && ((mondayOf(date) - mondayOf(first)) / (7 * day)) % interval === 0;
  const months = (date.getUTCFullYear() - first.getUTCFullYear()) * 12 + date.getUTCMonth() - first.getUTCMonth();
  return date.getUTCDate() === monthDay && months % interval === 0;
}

function mondayOf(date: Date): number {
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
}

export function gridOf(calendar: GridCalendar, range: TimeRange): Grid {
  const kinds = Array.from({ length: (range.to - range.from) / 60_000 }, () => new Set<string>());
  const draw = (event: EventTiming, from: number, to: number): void => {
    const kind = kindOf(event);
    if (!kind) return;
    for (let cell = Math.max(from, range.from); cell < Math.min(to, range.to); cell += 60_000) kinds[(cell - range.from) / 60_000]!.add(kind);
  };
  calendar.series.forEach((events, index) => {
    const [master, ...overrides] = events as [EventTiming, ...EventTiming[]];
    const stated = (wall: number, times: (EventTime | undefined)[]): boolean => times.some((time) => time !== undefined && wallOf(time) === wall);
    const rule = calendar.rules[index];
    const walls = rule ? wallDates(wallOf(master.start), rule, range.to + 3 * day) : [wallOf(master.start)];
    for (const wall of walls) {
      if (stated(wall, master.excludedTimes ?? []) || stated(wall, overrides.map((override) => override.recurrenceId))) continue;
      draw(master, ...placed(master, wall, calendar.floatingZone));
    }
    for (const override of overrides) draw(override, ...placed(override, wallOf(override.start), calendar.floatingZone));
  });
  return kinds.map((cell) => strongestFirst.find((kind) => cell.has(kind)) ?? null);
}

function kindOf({ status, transparent, showAs, participation }: EventTiming): string | null {
  const blocks = status !== "cancelled" && !transparent && participation !== "declined" && showAs !== "free";
  if (!blocks) return null;
  if (showAs && showAs !== "unknown") return showAs;
  return [status, participation].some((word) => word === "tentative" || word === "needs-action") ? "tentative" : "busy";
}

function wallOf(time: EventTime): number {
  return Date.parse(time.kind === "date" ? `${time.value}T00:00:00Z` : `${time.value}Z`);
}

/**
 * Start and end of the instance of an event at a wall time: a DTEND says how much time passes, from the event's own start to its end;
 * a DURATION's days are days of the calendar (RFC 5545 section 3.8.5.3); a date lasts whole local days.
 */
function placed(event: EventTiming, wall: number, floatingZone: string): [from: number, to: number] {
  const zone = { date: floatingZone, floating: floatingZone, utc: "UTC", zoned: "" }[event.start.kind] || (event.start as { tzid: string }).tzid;
  const instant = (local: number): number => instantOf(local, zone);
  const from = instant(wall);
  if (event.start.kind === "date") {
    const days = event.end ? (wallOf(event.end) - wallOf(event.start)) / day : (event.duration?.days ?? 1);
    return [from, instant(wall + days * day)];
  }
  if (event.end) return [from, from + instant(wallOf(event.end)) - instant(wallOf(event.start))];
  const { days, seconds } = event.duration ?? { days: 0, seconds: 0 };
  return [from, (days === 0 ? from : instant(from + offsetAt(from, zone) + days * day)) + seconds * 1000];
}

/** Of an hour that comes twice the first; an hour that is left out moves on by what is left out (RFC 5545 section 3.3.5). */
function instantOf(wall: number, zone: string): number {
  const [before, after] = [offsetAt(wall - day, zone), offsetAt(wall + day, zone)];
  const candidates = [wall - before, wall - after].filter((instant) => instant + offsetAt(instant, zone) === wall);
  return candidates.length > 0 ? Math.min(...candidates) : wall - before;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();

function offsetAt(instant: number, zone: string): number {
  const key = `${zone} ${instant}`;
  let offset = offsets.get(key);
  if (offset === undefined) {
    let format = formats.get(zone);
    if (!format) formats.set(zone, (format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" })));
    const name = format.formatToParts(new Date(instant)).find((part) => part.type === "timeZoneName")!.value;
    const [, sign, hours, minutes] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(name)!;
    offset = sign ? (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000 : 0;
    offsets.set(key, offset);
  }
  return offset;
}
