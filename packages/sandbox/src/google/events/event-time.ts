import { assertZone, localToUtc, offsetAt, utcToLocalIso } from "@kalends/ical";
import type { EventTime } from "@kalends/model";
import { badBody } from "../google-refused.ts";
import type { EventDateTime } from "../wire.ts";

const dateShape = /^\d{4}-\d{2}-\d{2}$/;
const dateTimeShape = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z|[+-]\d{2}:\d{2})?$/i;
const day = 86_400_000;

/** Reads what a client sent. The stored form has the instant in UTC and the IANA zone. Refuses with 400. */
export function readEventTime(value: unknown, which: "start" | "end", options: { zoneNeeded: boolean; calendarZone: string }): EventDateTime {
  if (typeof value !== "object" || value === null) throw badBody("required", `Missing ${which} time.`);
  const { date, dateTime, timeZone } = value as Record<string, unknown>;
  const zone = readZone(timeZone, which);
  if (date != null && dateTime != null) throw badBody("invalid", `Invalid ${which} time.`);
  if (typeof date === "string") {
    if (!dateShape.test(date) || Number.isNaN(Date.parse(date))) throw badBody("invalid", `Invalid ${which} time.`);
    return { date };
  }
  if (typeof dateTime !== "string") throw badBody("required", `Missing ${which} time.`);
  const match = dateTimeShape.exec(dateTime);
  if (!match) throw badBody("parseError", "Parse Error");
  if (match[2] === undefined && zone === null) throw badBody("required", `Missing time zone definition for ${which} time.`);
  if (options.zoneNeeded && zone === null) throw badBody("required", `Missing time zone definition for ${which} time.`);
  const at = match[2] === undefined ? localToUtc(zone ?? "UTC", match[1] ?? "") : Date.parse(`${match[1]}${match[2].toUpperCase()}`);
  if (Number.isNaN(at)) throw badBody("parseError", "Parse Error");
  return { dateTime: instantText(at), timeZone: zone ?? options.calendarZone };
}

function readZone(timeZone: unknown, which: string): string | null {
  if (timeZone == null) return null;
  try {
    // Only IANA names are taken: a Windows name that we could resolve is refused as Google refuses it.
    assertZone(String(timeZone));
    return String(timeZone);
  } catch {
    throw badBody("invalid", `Invalid time zone definition for ${which} time.`);
  }
}

/** `YYYY-MM-DDTHH:MM:SSZ`. */
export function instantText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** The instant of a stored time; of a date, its midnight in the zone. */
export function instantOf(time: EventDateTime, dateZone: string): number {
  return time.date !== undefined ? localToUtc(dateZone, time.date) : Date.parse(time.dateTime ?? "");
}

/** A stored time as an answer gives it: the instant with the offset of the zone that was asked for, and the event's own zone. */
export function writeEventTime(time: EventDateTime, zone: string): EventDateTime {
  if (time.dateTime === undefined) return { ...time };
  return { ...time, dateTime: offsetText(Date.parse(time.dateTime), zone) };
}

/** `YYYY-MM-DDTHH:MM:SS+HH:MM`, or with `Z`. */
export function offsetText(at: number, zone: string): string {
  const offset = Math.round(offsetAt(zone, at) / 60);
  if (offset === 0) return instantText(at);
  const size = Math.abs(offset);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${utcToLocalIso(zone, at)}${offset < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** What the recurrence engine reads. */
export function engineTime(time: EventDateTime): EventTime {
  if (time.date !== undefined) return { kind: "date", value: time.date };
  const zone = time.timeZone ?? "UTC";
  return { kind: "zoned", value: utcToLocalIso(zone, Date.parse(time.dateTime ?? "")), zone, tzid: zone };
}

/** The part after the underscore in the id of an instance: a date, or a UTC stamp. */
export function instanceStamp(time: EventDateTime): string {
  if (time.date !== undefined) return time.date.replaceAll("-", "");
  return (time.dateTime ?? "").replaceAll(/[-:]/g, "");
}

/** The same time, later by `ms`; whole days for a date. */
export function shifted(time: EventDateTime, ms: number): EventDateTime {
  if (time.date !== undefined) return { ...time, date: new Date(Date.parse(time.date) + Math.round(ms / day) * day).toISOString().slice(0, 10) };
  return { ...time, dateTime: instantText(Date.parse(time.dateTime ?? "") + ms) };
}

/** True where two stored times name the same moment. */
export function sameTime(left: EventDateTime | undefined, right: EventDateTime | undefined): boolean {
  return left?.date === right?.date && left?.dateTime === right?.dateTime;
}
