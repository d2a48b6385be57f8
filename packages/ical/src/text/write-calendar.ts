import type { CalendarEvent, CalendarObject } from "@kalends/model";
import { eventFields } from "../fields/event-fields.ts";
import { instantValue } from "../fields/instant.ts";
import { foldLine } from "./fold-line.ts";
import { escapeText } from "./text-value.ts";
import { WrittenZones } from "./written-zones.ts";

const defaultProductId = "-//Kalends//Kalends SDK//EN";

function eventLines(event: CalendarEvent): string[] {
  // DTSTAMP is required and this package has no clock: the last change known stands in, so that equal objects give equal text.
  const stamp = instantValue(event.lastModified) ?? instantValue(event.created) ?? "19700101T000000Z";
  const [uid, ...others] = eventFields.flatMap((field) => field.write(event));
  return ["BEGIN:VEVENT", uid as string, `DTSTAMP:${stamp}`, ...others, "END:VEVENT"];
}

/**
 * Writes calendar objects as one VCALENDAR (RFC 5545), folded on octets, with a VTIMEZONE for every TZID: from the objects' custom zones, or
 * from the zone table over the years that the events need. The same objects give the same text, byte for byte.
 */
export function writeCalendar(objects: readonly CalendarObject[], options: { productId?: string } = {}): string {
  const zones = new WrittenZones();
  const events = objects.flatMap((object) => zones.take(object)).flatMap(eventLines);
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    `PRODID:${escapeText(options.productId ?? defaultProductId)}`,
    "CALSCALE:GREGORIAN",
    ...zones.lines(),
    ...events,
    "END:VCALENDAR",
  ];
  return lines.map(foldLine).join("");
}
