import { KalendsError, type CalendarEvent, type EventTime } from "@kalends/model";
import { localToUtc, offsetAt, utcToLocalIso } from "@kalends/ical";
import { colorIdOf } from "../events/event-colors.ts";

/** A time as it is written; `null` takes away what stood there. */
export interface WrittenTime {
  date: string | null;
  dateTime: string | null;
  timeZone: string | null;
}

/** The fields of an event that Kalends writes, attendees and recurrence apart. `null`: not there. */
export interface GoogleBody {
  summary: string | null;
  description: string | null;
  location: string | null;
  colorId: string | null;
  source: { url: string; title: string } | null;
  start: WrittenTime;
  end: WrittenTime;
  status: string;
  transparency: string;
  visibility: string;
}

/** An event of the model in the words of the Calendar API. Throws `object-invalid` for times that Google cannot hold. */
export function googleBody(event: CalendarEvent, calendarZone: string | null): GoogleBody {
  const { content = {} } = event;
  return {
    summary: content.title ?? null,
    description: content.description ?? null,
    location: content.location ?? null,
    colorId: content.color === undefined ? null : colorIdOf(content.color),
    source: content.url === undefined ? null : { url: content.url, title: content.title ?? content.url },
    start: writtenTime(event.start, calendarZone),
    end: writtenTime(endOf(event), calendarZone),
    status: event.status,
    transparency: event.transparent || event.showAs === "free" ? "transparent" : "opaque",
    // `public` is our word for "nothing special", which is Google's `default`.
    visibility: event.visibility === "public" ? "default" : event.visibility,
  };
}

/** What of a body differs from another one. */
export function bodyDifference(current: GoogleBody, wanted: GoogleBody): Partial<GoogleBody> {
  const changed: Record<string, unknown> = {};
  for (const name of Object.keys(wanted) as (keyof GoogleBody)[]) {
    if (JSON.stringify(current[name]) !== JSON.stringify(wanted[name])) changed[name] = wanted[name];
  }
  return changed as Partial<GoogleBody>;
}

/** A body for a new event: what is not there is left out. */
export function withoutNulls(body: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(body).flatMap(([name, value]) => {
      if (value === null) return [];
      return [[name, typeof value === "object" && !Array.isArray(value) ? withoutNulls(value as object) : (value as unknown)]];
    }),
  );
}

export function writtenTime(time: EventTime, calendarZone: string | null): WrittenTime {
  if (time.kind === "date") return { date: time.value, dateTime: null, timeZone: null };
  if (time.kind === "utc") return { date: null, dateTime: `${time.value}Z`, timeZone: "UTC" };
  const zone = time.kind === "zoned" ? time.zone : calendarZone;
  if (zone === null) throw new KalendsError("object-invalid", "A time of the object lies in no zone that Google knows");
  const instant = localToUtc(zone, time.value);
  return { date: null, dateTime: utcToLocalIso(zone, instant) + offsetText(offsetAt(zone, instant)), timeZone: zone };
}

/** Google would take a wall time with its zone; the official description asks for an offset. It has no seconds, and no zone of today has. */
function offsetText(seconds: number): string {
  const minutes = Math.round(Math.abs(seconds) / 60);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${seconds < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Google keeps no durations and no open ends. */
function endOf({ start, end, duration }: CalendarEvent): EventTime {
  if (end !== undefined) return end;
  if (duration === undefined) return start.kind === "date" ? { kind: "date", value: shifted(start.value, 1, 0).slice(0, 10) } : start;
  if (start.kind === "date") return { kind: "date", value: shifted(start.value, duration.days + Math.floor(duration.seconds / 86_400), 0).slice(0, 10) };
  // Days move the wall clock, seconds the instant (RFC 5545 section 3.3.6).
  const wall = shifted(start.value, duration.days, 0);
  if (start.kind !== "zoned" || start.zone === null) return { ...start, value: shifted(wall, 0, duration.seconds) };
  return { ...start, value: utcToLocalIso(start.zone, localToUtc(start.zone, wall) + duration.seconds * 1000) };
}

function shifted(value: string, days: number, seconds: number): string {
  const ms = Date.parse(`${value.length === 10 ? `${value}T00:00:00` : value}Z`) + days * 86_400_000 + seconds * 1000;
  const moved = new Date(ms);
  if (Number.isNaN(moved.getTime())) throw new KalendsError("object-invalid", "A time of the object is out of range");
  return moved.toISOString().slice(0, 19);
}
