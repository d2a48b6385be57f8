import { KalendsError, type AdditionalTime, type CalendarEvent, type EventTime } from "@kalends/model";
import { localToUtc, utcToLocalIso } from "@kalends/ical";

type Recurrence = Pick<CalendarEvent, "rules" | "exclusionRules" | "additionalTimes" | "excludedTimes">;

/** `recurrence` of a master: lines as in RFC 5545 without DTSTART. Throws `object-invalid` for times without a zone that Google knows. */
export function recurrenceLines({ rules = [], exclusionRules = [], additionalTimes = [], excludedTimes = [] }: Recurrence): string[] {
  return [
    ...rules.map((rule) => `RRULE:${rule}`),
    ...exclusionRules.map((rule) => `EXRULE:${rule}`),
    ...additionalTimes.map(additionalLine),
    ...excludedTimes.map((time) => `EXDATE${parameter(time)}:${compact(time)}`),
  ];
}

/** What makes two times the same instance of a series. */
export function timeKey(time: EventTime): string {
  return time.kind === "zoned" ? `${time.value} ${time.zone ?? time.tzid}` : `${time.value} ${time.kind}`;
}

/** The instant or date of an instance, as `originalStart` of `events.instances` takes it. */
export function originalStartText(time: EventTime, calendarZone: string | null): string {
  if (time.kind === "date") return time.value;
  if (time.kind === "utc") return `${time.value}Z`;
  const zone = time.kind === "zoned" ? time.zone : calendarZone;
  if (zone === null) throw new KalendsError("object-invalid", "A time of the object lies in no zone that Google knows");
  return `${utcToLocalIso("UTC", localToUtc(zone, time.value))}Z`;
}

function additionalLine({ start, end, duration }: AdditionalTime): string {
  if (end === undefined && duration === undefined) return `RDATE${parameter(start)}:${compact(start)}`;
  throw new KalendsError("object-invalid", "Google takes no additional times with a length of their own");
}

function parameter(time: EventTime): string {
  if (time.kind === "date") return ";VALUE=DATE";
  if (time.kind !== "zoned") return "";
  if (time.zone === null) throw new KalendsError("object-invalid", "A time of the object lies in no zone that Google knows");
  return `;TZID=${time.zone}`;
}

function compact(time: EventTime): string {
  return time.value.replace(/[-:]/g, "") + (time.kind === "utc" ? "Z" : "");
}
