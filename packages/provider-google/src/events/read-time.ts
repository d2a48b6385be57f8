import { localToUtc, resolveZone, utcToLocalIso } from "@kalends/ical";
import type { EventTime } from "@kalends/model";
import type { GoogleTime } from "./google-event.ts";

/** Where and how a time is read. */
export interface TimeContext {
  /** IANA zone of the calendar. */
  calendarZone: string | null;
  /** The time belongs to a series: its wall time counts, not its instant. */
  series: boolean;
  /** Zone of the series' master: an override's original start is told in it. */
  zone?: string | null;
}

/** A time, or why it is none. */
export type ReadTime = { time: EventTime; unresolved: boolean } | { problem: string };

const pattern = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?([Zz]|[+-]\d{2}:?\d{2})?$/;

/**
 * A time of the Calendar API. Its offset is that of whatever zone Google wrote the answer in; the wall time that the user meant is
 * the instant in `timeZone`. A zone that is not known is kept by its name for a series, and for a single event its instant stands.
 */
export function readTime(time: GoogleTime | undefined, context: TimeContext): ReadTime {
  if (time === undefined) return { problem: "is missing" };
  if (time.date !== undefined && time.dateTime !== undefined) return { problem: "is both a date and a time" };
  if (time.date !== undefined) return isDate(time.date) ? { time: { kind: "date", value: time.date }, unresolved: false } : { problem: "is no date" };
  if (time.dateTime === undefined) return { problem: "is neither a date nor a time" };
  const parsed = parse(time.dateTime);
  if (parsed === null) return { problem: "is no time" };
  const named = time.timeZone;
  const resolved = named === undefined ? null : resolveZone(named);
  const unresolved = named !== undefined && resolved === null;
  const zone = resolved ?? (unresolved ? null : (context.zone ?? (context.series || parsed.offset === null ? context.calendarZone : null)));
  if (parsed.offset === null) return { time: wallTime(parsed.wall, zone, named), unresolved };
  const instant = parsed.utc - parsed.offset;
  if (zone !== null) return { time: zonedTime(instant, zone, context.series), unresolved };
  if (unresolved && context.series) return { time: { kind: "zoned", value: parsed.wall, zone: null, tzid: named ?? "" }, unresolved };
  return { time: { kind: "utc", value: iso(instant) }, unresolved };
}

/** The instant of a time in ms, for telling originals apart; `null` for dates and for times without an offset. */
export function instantOf(time: GoogleTime): number | null {
  const parsed = time.dateTime === undefined ? null : parse(time.dateTime);
  return parsed === null || parsed.offset === null ? null : parsed.utc - parsed.offset;
}

function zonedTime(instant: number, zone: string, series: boolean): EventTime {
  const value = utcToLocalIso(zone, instant);
  if (zone === "UTC") return { kind: "utc", value };
  // The second pass of a repeated hour has no wall time of its own (RFC 5545 section 3.3.5 means the first one).
  if (!series && localToUtc(zone, value) !== instant) return { kind: "utc", value: iso(instant) };
  return { kind: "zoned", value, zone, tzid: zone };
}

function wallTime(value: string, zone: string | null, named: string | undefined): EventTime {
  if (zone === "UTC") return { kind: "utc", value };
  if (zone !== null) return { kind: "zoned", value, zone, tzid: zone };
  return named === undefined ? { kind: "floating", value } : { kind: "zoned", value, zone: null, tzid: named };
}

interface Parsed {
  /** The written wall time, in ms as if it were UTC. */
  utc: number;
  wall: string;
  /** In ms; `null` where none is written. */
  offset: number | null;
}

function parse(text: string): Parsed | null {
  const parts = pattern.exec(text);
  if (parts === null) return null;
  const wall = `${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:${parts[6]}`;
  const utc = Date.parse(`${wall}Z`);
  if (!Number.isFinite(utc) || iso(utc) !== wall) return null;
  const offset = parts[7] === undefined ? null : offsetMs(parts[7]);
  return offset !== null && !Number.isFinite(offset) ? null : { utc, wall, offset };
}

function offsetMs(text: string): number {
  if (/^z$/i.test(text)) return 0;
  const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(-2))];
  if (hours > 18 || minutes > 59) return Number.NaN;
  return (text.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

function isDate(text: string): boolean {
  const utc = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return Number.isFinite(utc) && iso(utc).startsWith(text);
}

function iso(utc: number): string {
  const date = new Date(utc);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(0, 19);
}
