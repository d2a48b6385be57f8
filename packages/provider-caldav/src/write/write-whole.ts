import { writeCalendar } from "@kalends/ical";
import type { CalendarObject } from "@kalends/model";
import { componentsOf, readComponents, setLine, writeComponents } from "./component.ts";

/** The text of a new object. `stamp`: when it is made, `YYYYMMDDTHHMMSSZ`. */
export function writeWhole(object: CalendarObject, stamp: string): string {
  const calendars = readComponents(writeCalendar([object])) ?? [];
  for (const event of calendars.flatMap((calendar) => componentsOf(calendar, "VEVENT"))) setLine(event, "DTSTAMP", stamp);
  return writeComponents(calendars);
}
