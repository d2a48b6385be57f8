import { addDays } from "./civil-date.ts";
import type { DemoEvent } from "./demo-event.ts";
import { zoneLines } from "./demo-zones.ts";

/** Writes a demo event as iCalendar text (RFC 5545). `stamp` is ms since the epoch. */
export function writeDemoEvent(event: DemoEvent, zone: string, stamp: number): string {
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kalends//Demo world//EN"];
  if (event.start !== null) lines.push(...zoneLines(zone));
  lines.push(...eventLines(event, zone, stamp, []));
  for (const override of event.overrides ?? []) {
    const { rule: _rule, skipped: _skipped, overrides: _overrides, ...single } = event;
    const { original, ...changes } = override;
    const instance: DemoEvent = { ...single, date: original, ...changes };
    lines.push(...eventLines(instance, zone, stamp, [timeLine("RECURRENCE-ID", original, event.start, zone)]));
  }
  lines.push("END:VCALENDAR");
  return `${lines.map(fold).join("\r\n")}\r\n`;
}

function eventLines(event: DemoEvent, zone: string, stamp: number, more: string[]): string[] {
  const { date, start, length } = event;
  const end = start === null ? timeLine("DTEND", addDays(date, length), null, zone) : timeLine("DTEND", date, start + length, zone);
  const lines = ["BEGIN:VEVENT", `UID:${event.uid}`, `DTSTAMP:${utcStamp(stamp)}`, ...more, timeLine("DTSTART", date, start, zone), end];
  if (event.rule !== undefined) lines.push(`RRULE:${event.rule}`);
  for (const skipped of event.skipped ?? []) lines.push(timeLine("EXDATE", skipped, start, zone));
  lines.push(`SUMMARY:${escapeText(event.title)}`, `SEQUENCE:${event.sequence ?? 0}`);
  lines.push(`STATUS:${(event.status ?? "confirmed").toUpperCase()}`);
  lines.push(`TRANSP:${event.transparent ? "TRANSPARENT" : "OPAQUE"}`);
  if (event.isPrivate) lines.push("CLASS:PRIVATE");
  if (event.busyStatus) lines.push(`X-MICROSOFT-CDO-BUSYSTATUS:${event.busyStatus}`);
  if (event.location !== undefined) lines.push(`LOCATION:${escapeText(event.location)}`);
  if (event.description !== undefined) lines.push(`DESCRIPTION:${escapeText(event.description)}`);
  for (const attendee of event.attendees ?? []) lines.push(`ATTENDEE;PARTSTAT=ACCEPTED:mailto:${attendee}`);
  lines.push("END:VEVENT");
  return lines;
}

function timeLine(name: string, date: string, minutes: number | null, zone: string): string {
  if (minutes === null) return `${name};VALUE=DATE:${date.replaceAll("-", "")}`;
  const day = addDays(date, Math.floor(minutes / 1_440)).replaceAll("-", "");
  const minute = minutes % 1_440;
  const clock = `${String(Math.floor(minute / 60)).padStart(2, "0")}${String(minute % 60).padStart(2, "0")}00`;
  return `${name};TZID=${zone}:${day}T${clock}`;
}

function utcStamp(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

function escapeText(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll(";", "\\;").replaceAll(",", "\\,").replaceAll("\n", "\\n");
}

/** Folds at 75 octets (RFC 5545 section 3.1). The demo's texts are ASCII, so characters are octets. */
function fold(line: string): string {
  return line.length <= 75 ? line : (line.match(/^.{1,75}|.{1,74}/g) ?? [line]).join("\r\n ");
}
