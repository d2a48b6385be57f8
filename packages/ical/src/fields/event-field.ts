import type { CalendarEvent, EventContent, EventTime } from "@kalends/model";
import type { ParseLimits } from "../text/parse-limits.ts";
import type { Property } from "../text/property.ts";

/** What reading a field may need beside its property. */
export interface FieldContext {
  limits: ParseLimits;
  /** Lower-cased addresses of the account holder. */
  ownAddresses: ReadonlySet<string>;
  /** Reads one DATE or DATE-TIME value with the TZID of its property. */
  timeOf: (property: Property, value: string) => EventTime | null;
  warn: (property: Property, code: string, message: string) => void;
}

/** One iCalendar property of an event, from text and back. */
export interface EventField {
  /** Property name; further names are read too and written under the first. */
  names: readonly [string, ...string[]];
  /** May stand several times. Of any other property the first counts. */
  many: boolean;
  /** Stores what the property says. Throws `object-invalid` or `object-too-large` where the event cannot be used without it. */
  read: (property: Property, event: CalendarEvent, context: FieldContext) => void;
  /** Unfolded content lines. */
  write: (event: CalendarEvent) => string[];
}

/** The event's content, made where it is not there yet. */
export function contentOf(event: CalendarEvent): EventContent {
  return (event.content ??= {});
}
