import { expandObjects, parseCalendar } from "@kalends/ical";
import type { CalendarEvent } from "@kalends/model";
import { badBody } from "../google-refused.ts";
import type { EventDateTime, EventResource } from "../wire.ts";
import { engineTime, instanceStamp, instantOf, instantText } from "./event-time.ts";

/** One instance that the rule of a master yields, overridden or not. */
export interface SeriesInstance {
  /** `MASTER_STAMP`. */
  id: string;
  original: EventDateTime;
  start: EventDateTime;
  end: EventDateTime;
  from: number;
  to: number;
}

/** Reads recurrence lines (RFC 5545) as part of the event. Refuses with 400 what is no rule, or what Google does not take there. */
export function readRecurrence(lines: unknown, start: EventDateTime): string[] {
  if (!Array.isArray(lines) || lines.some((line) => typeof line !== "string")) throw badBody("invalid", "Invalid recurrence rule.");
  for (const line of lines as string[]) {
    if (!/^(RRULE|EXRULE|RDATE|EXDATE)[:;][^\r\n]*$/i.test(line)) throw badBody("invalid", "Invalid recurrence rule.");
  }
  const compiled = seriesEvent(lines as string[], start, start);
  if (compiled === null) throw badBody("invalid", "Invalid recurrence rule.");
  return [...(lines as string[])];
}

/** The instances of a master whose time touches a half-open range of ms, by the rule alone; at most `limit`. */
export function expandSeries(master: EventResource, range: { from: number; to: number }, zone: string, limit = 10_000): SeriesInstance[] {
  const { start, end } = master;
  if (!start || !end || !master.recurrence) return [];
  const event = seriesEvent(master.recurrence, start, end);
  if (event === null) return [];
  const options = { floatingZone: zone, maxResults: limit, maxSteps: 2_000_000 };
  const { occurrences } = expandObjects([{ uid: master.iCalUID, events: [event] }], range, options);
  const length = instantOf(end, "UTC") - instantOf(start, "UTC");
  return occurrences.map((occurrence): SeriesInstance => {
    const { from, to } = occurrence;
    const date = occurrence.start.kind === "date" ? occurrence.start.value : null;
    const original = date === null ? { dateTime: instantText(from), timeZone: start.timeZone ?? zone } : { date };
    const until = date === null ? { dateTime: instantText(to), timeZone: end.timeZone ?? zone } : { date: addMs(date, length) };
    return { id: `${master.id}_${instanceStamp(original)}`, original, start: original, end: until, from, to };
  });
}

/** The instance of a master with that id, if the rule yields it. */
export function findInstance(master: EventResource, id: string, zone: string): SeriesInstance | null {
  if (!id.startsWith(`${master.id}_`)) return null;
  const match = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})Z)?$/.exec(id.slice(master.id.length + 1));
  if (!match) return null;
  const [, year, month, date, hour = "00", minute = "00", second = "00"] = match;
  const at = Date.parse(`${year}-${month}-${date}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(at)) return null;
  const around = 2 * 86_400_000;
  return expandSeries(master, { from: at - around, to: at + around }, zone).find((instance) => instance.id === id) ?? null;
}

function addMs(date: string, ms: number): string {
  return new Date(Date.parse(date) + ms).toISOString().slice(0, 10);
}

/** The engine's reading of a master, or `null` where a line is not valid. */
function seriesEvent(lines: readonly string[], start: EventDateTime, end: EventDateTime): CalendarEvent | null {
  const from = engineTime(start);
  const text = [
    ...["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kalends//Sandbox//EN", "BEGIN:VEVENT", "UID:series", "DTSTAMP:20200101T000000Z"],
    from.kind === "date" ? `DTSTART;VALUE=DATE:${from.value.replaceAll("-", "")}` : `DTSTART;TZID=${start.timeZone}:${from.value.replaceAll(/[-:]/g, "")}`,
    ...lines,
    ...["END:VEVENT", "END:VCALENDAR", ""],
  ].join("\r\n");
  try {
    const { objects, warnings } = parseCalendar(text, { remoteKey: "series", revision: null });
    const event = objects[0]?.events[0];
    if (!event || warnings.length > 0) return null;
    return { ...event, end: engineTime(end) };
  } catch {
    return null;
  }
}
