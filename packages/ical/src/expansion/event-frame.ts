import type { EventDuration, EventTime, EventTiming } from "@kalends/model";
import { daySeconds } from "../civil/civil.ts";
import { parseLocalIso } from "../civil/local-time.ts";
import { offsetAtUtc, wallToUtc, type ZoneTable } from "../zones/zone-table.ts";
import type { ZoneBook } from "../zones/zone-book.ts";
import { utcZone } from "../zones/iana-zone.ts";

/** How long an instance lasts: whole days on the wall clock, then exact seconds. */
export interface InstanceLength {
  days: number;
  seconds: number;
}

/**
 * An event's start and length as numbers. Instances of a series are named by their key: the UTC second of the original start, or for an
 * all-day series the day's midnight read as if in UTC, which is the same in every zone of the reader.
 */
export interface EventFrame {
  event: EventTiming;
  zone: ZoneTable;
  dateOnly: boolean;
  startWall: number;
  startKey: number;
  length: InstanceLength;
}

/** Wall seconds of an event time; `NaN` where it is none. */
export function wallOf(time: EventTime): number {
  return parseLocalIso(time.value);
}

function dateLength(event: EventTiming, startWall: number, book: ZoneBook): InstanceLength {
  let days = 1;
  if (event.end !== undefined) {
    const endWall = wallOf(event.end);
    // An end with a time of day on an all-day start: the day that it reaches into counts whole.
    const end = event.end.kind === "utc" ? inZone(book.floating, endWall) : endWall;
    days = Math.ceil((end - startWall) / daySeconds);
  } else if (event.duration !== undefined) {
    days = Math.ceil((event.duration.days * daySeconds + event.duration.seconds) / daySeconds);
  }
  return { days: days >= 1 ? days : 1, seconds: 0 };
}

function inZone(zone: ZoneTable, utc: number): number {
  return utc + offsetAtUtc(zone, utc);
}

/** A duration, never negative. */
function durationLength(duration: EventDuration): InstanceLength {
  const total = duration.days * daySeconds + duration.seconds;
  return total <= 0 || Number.isNaN(total) ? { days: 0, seconds: 0 } : { days: duration.days, seconds: duration.seconds };
}

const none: InstanceLength = { days: 0, seconds: 0 };

/** Length of a timed span that starts at `startUtc`; a DTEND fixes the exact length, a DURATION the nominal one (RFC 5545 section 3.8.5.3). */
export function timedLength(
  span: { end?: EventTime | undefined; duration?: EventDuration | undefined },
  startUtc: number,
  book: ZoneBook,
): InstanceLength {
  if (span.end !== undefined) {
    const seconds = wallToUtc(book.zoneFor(span.end), wallOf(span.end)) - startUtc;
    return seconds > 0 ? { days: 0, seconds } : none;
  }
  return span.duration === undefined ? none : durationLength(span.duration);
}

/** Reads an event's start and length; `null` where the start is no time at all. */
export function eventFrame(event: EventTiming, book: ZoneBook): EventFrame | null {
  const startWall = wallOf(event.start);
  if (Number.isNaN(startWall)) return null;
  const dateOnly = event.start.kind === "date";
  if (dateOnly) return { event, zone: utcZone, dateOnly, startWall, startKey: startWall, length: dateLength(event, startWall, book) };
  const zone = book.zoneFor(event.start);
  const startKey = wallToUtc(zone, startWall);
  return { event, zone, dateOnly, startWall, startKey, length: timedLength(event, startKey, book) };
}

/** UTC second at which an instance starts. */
export function instanceStart(frame: EventFrame, key: number, book: ZoneBook): number {
  return frame.dateOnly ? wallToUtc(book.floating, key) : key;
}

/** UTC second at which an instance of that length ends. */
export function instanceEnd(frame: EventFrame, key: number, length: InstanceLength, book: ZoneBook): number {
  if (frame.dateOnly) return wallToUtc(book.floating, key + length.days * daySeconds);
  if (length.days === 0) return key + length.seconds;
  const end = wallToUtc(frame.zone, inZone(frame.zone, key) + length.days * daySeconds) + length.seconds;
  return end > key ? end : key;
}

/** Wall second of an instance in its own zone. */
export function instanceWall(frame: EventFrame, key: number): number {
  return frame.dateOnly ? key : inZone(frame.zone, key);
}

/**
 * The key in a series that another time names: EXDATE, RDATE or RECURRENCE-ID of the series' own kind or of another one. `dateOnly` in
 * the answer: the time is a date while the series has times, and so names every instance of that local day.
 */
export function keyInSeries(frame: EventFrame, time: EventTime, book: ZoneBook): { key: number; dateOnly: boolean } {
  const wall = wallOf(time);
  if (frame.dateOnly) {
    const local = time.kind === "utc" ? inZone(book.floating, wall) : wall;
    return { key: Math.floor(local / daySeconds) * daySeconds, dateOnly: false };
  }
  if (time.kind === "date") return { key: wall, dateOnly: true };
  // A floating time beside a zoned or UTC start can only mean the start's own zone.
  const zone = time.kind === "floating" ? frame.zone : book.zoneFor(time);
  return { key: wallToUtc(zone, wall), dateOnly: false };
}
