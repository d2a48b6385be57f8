import { KalendsError, type EventTime, type ZoneDefinition } from "@kalends/model";
import { parseLocalIso } from "../civil/local-time.ts";
import { ianaZoneTable } from "./iana-zone.ts";
import { ZoneBook } from "./zone-book.ts";
import { wallToUtc } from "./zone-table.ts";

/**
 * Instant of an event time in ms since the epoch; of a date, its first instant. Dates and floating times are read in `floatingZone`,
 * and so is a time whose zone nobody can resolve: then `resolved` is false. `zones` are the object's custom zones.
 * Throws `zone-unknown` for the floating zone, `invalid-argument` for a value that is no date or time.
 */
export function eventTimeToUtc(
  time: EventTime,
  options: { floatingZone: string; zones?: readonly ZoneDefinition[] | undefined },
): { ms: number; resolved: boolean } {
  const wall = parseLocalIso(time.value);
  if (Number.isNaN(wall)) throw new KalendsError("invalid-argument", "The event time is not of the form YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS");
  const book = new ZoneBook(ianaZoneTable(options.floatingZone), options.zones ?? []);
  const ms = wallToUtc(book.zoneFor(time), wall) * 1000;
  return { ms, resolved: !book.unresolved };
}
