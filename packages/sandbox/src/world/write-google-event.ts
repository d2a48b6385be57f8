import { createHash } from "node:crypto";
import { localToUtc } from "@kalends/ical";
import type { EventBody, EventDateTime } from "../google/wire.ts";
import { addDays } from "./civil-date.ts";
import type { DemoEvent } from "./demo-event.ts";

/** The event's id at Google: letters and digits of base32hex. */
export function googleId(uid: string): string {
  return createHash("sha256").update(uid).digest("hex").slice(0, 26);
}

/** What Google's own page would send for the event. Its overrides are events of their own. */
export function googleBody(event: DemoEvent, zone: string): EventBody {
  const { date, start, length } = event;
  const away = event.busyStatus === "OOF" && start !== null;
  const recurrence = event.rule === undefined ? [] : [`RRULE:${event.rule}`, ...(event.skipped ?? []).map((skipped) => excluded(skipped, start, zone))];
  return {
    summary: event.title,
    start: timeOf(date, start, zone),
    end: start === null ? timeOf(addDays(date, length), null, zone) : timeOf(date, start + length, zone),
    status: event.status ?? "confirmed",
    transparency: event.transparent ? "transparent" : "opaque",
    visibility: event.isPrivate ? "private" : "default",
    ...(recurrence.length > 0 ? { recurrence } : {}),
    ...(event.location === undefined ? {} : { location: event.location }),
    ...(event.description === undefined ? {} : { description: event.description }),
    ...(event.attendees ? { attendees: event.attendees.map((email) => ({ email, responseStatus: "accepted" })) } : {}),
    ...(away ? { eventType: "outOfOffice", outOfOfficeProperties: { autoDeclineMode: "declineNone" } } : {}),
  };
}

/** Instances of a series that differ: the instance's id, and what to change; `null` where it does not happen. */
export function googleOverrides(event: DemoEvent, zone: string): { instance: string; body: EventBody | null }[] {
  return (event.overrides ?? []).map(({ original, ...changes }) => {
    const stamp = event.start === null ? original.replaceAll("-", "") : stampOf(localToUtc(zone, localText(original, event.start)));
    const instance = `${googleId(event.uid)}_${stamp}`;
    if (changes.status === "cancelled") return { instance, body: null };
    const { summary, start, end, status } = googleBody({ ...event, date: original, ...changes }, zone);
    return { instance, body: { summary, start, end, status } };
  });
}

function timeOf(date: string, minutes: number | null, zone: string): EventDateTime {
  return minutes === null ? { date } : { dateTime: localText(date, minutes), timeZone: zone };
}

function localText(date: string, minutes: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const minute = minutes % 1_440;
  return `${addDays(date, Math.floor(minutes / 1_440))}T${two(Math.floor(minute / 60))}:${two(minute % 60)}:00`;
}

function excluded(date: string, start: number | null, zone: string): string {
  if (start === null) return `EXDATE;VALUE=DATE:${date.replaceAll("-", "")}`;
  return `EXDATE;TZID=${zone}:${localText(date, start).replaceAll(/[-:]/g, "")}`;
}

function stampOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}
