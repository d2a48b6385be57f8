import { localToUtc, utcToLocalIso } from "@kalends/ical";
import type { CalendarEvent, EventDuration, EventTime } from "@kalends/model";

/**
 * An event without length is written one minute long: RFC 5545 section 3.8.2.2 wants DTEND later than DTSTART, and servers refuse (Cyrus)
 * or lose (iCloud) what has no end. Whoever reads the stored object sees it.
 */
const instantSeconds = 60;

/**
 * The event with an explicit end: a duration becomes the end that it leads to, a date without end lasts a day. Only a duration in a zone
 * that is known by its own definition alone stays a duration, because its end cannot be named without that zone's clock.
 */
export function withEnd(event: CalendarEvent): CalendarEvent {
  const { end, duration, ...rest } = event;
  const { start } = event;
  if (end !== undefined && end.value > start.value) return event;
  if (end !== undefined && end.kind === "zoned" && start.kind === "zoned" && end.tzid !== start.tzid) return event;
  const length = duration !== undefined && (duration.days > 0 || duration.seconds > 0) ? duration : shortest(start);
  if (start.kind === "zoned" && start.zone === null && length.seconds !== 0) return { ...rest, duration: length };
  return { ...rest, end: after(start, length) };
}

function shortest(start: EventTime): EventDuration {
  return start.kind === "date" ? { days: 1, seconds: 0 } : { days: 0, seconds: instantSeconds };
}

/** Whole days on the wall clock, then exact seconds (RFC 5545 section 3.3.6). */
function after(start: EventTime, { days, seconds }: EventDuration): EventTime {
  if (start.kind === "date") return { ...start, value: plus(`${start.value}T00:00:00`, Math.max(1, days) * 86_400).slice(0, 10) };
  const wall = plus(start.value, days * 86_400);
  if (start.kind !== "zoned" || start.zone === null || seconds === 0) return { ...start, value: plus(wall, seconds) };
  return { ...start, value: utcToLocalIso(start.zone, localToUtc(start.zone, wall) + seconds * 1000) };
}

function plus(local: string, seconds: number): string {
  return new Date(Date.parse(`${local}Z`) + seconds * 1000).toISOString().slice(0, 19);
}
