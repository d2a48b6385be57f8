import { parseCalendar } from "@kalends/ical";
import { KalendsError, type CalendarEvent, type EventTime, type ItemWarning } from "@kalends/model";

export type ReadRecurrence = Pick<CalendarEvent, "rules" | "exclusionRules" | "additionalTimes" | "excludedTimes"> & { warnings: ItemWarning[] };

const line = /^(?:RRULE|EXRULE|RDATE|EXDATE)[;:][^\r\n]{1,65536}$/i;

/**
 * Reads `recurrence` of a master: RRULE, EXRULE, RDATE and EXDATE lines as in RFC 5545, without DTSTART. The one reader of such lines in
 * Kalends does it, around the master's own start. Throws `object-invalid` where the whole cannot be read.
 */
export function readRecurrence(lines: readonly string[], start: EventTime): ReadRecurrence {
  const warnings: ItemWarning[] = [];
  const kept: string[] = [];
  for (const text of lines) {
    if (line.test(text)) kept.push(text);
    else warnings.push({ code: "value-ignored", property: "recurrence", message: "A line of the recurrence is none of RRULE, EXRULE, RDATE, EXDATE" });
  }
  if (kept.length === 0) return { warnings };
  const text = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:x", startLine(start), ...kept, "END:VEVENT", "END:VCALENDAR", ""].join("\r\n");
  const [object] = parseCalendar(text, { remoteKey: "x", revision: null }).objects;
  const event = object?.events[0];
  if (object === undefined || event === undefined) throw new KalendsError("object-invalid", "The recurrence of an event cannot be read");
  const { rules, exclusionRules, additionalTimes, excludedTimes } = event;
  return {
    ...(rules === undefined ? {} : { rules }),
    ...(exclusionRules === undefined ? {} : { exclusionRules }),
    ...(additionalTimes === undefined ? {} : { additionalTimes }),
    ...(excludedTimes === undefined ? {} : { excludedTimes }),
    warnings: [...warnings, ...(object.warnings ?? [])],
  };
}

function startLine(start: EventTime): string {
  const value = compact(start.value);
  if (start.kind === "date") return `DTSTART;VALUE=DATE:${value}`;
  if (start.kind === "utc") return `DTSTART:${value}Z`;
  // An unresolved zone must not reach the reader: its name may hold anything.
  return start.kind === "zoned" && start.zone !== null ? `DTSTART;TZID=${start.zone}:${value}` : `DTSTART:${value}`;
}

function compact(value: string): string {
  return value.replace(/[-:]/g, "");
}
