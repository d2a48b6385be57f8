import type { CalendarEvent } from "@kalends/model";
import type { Property } from "../text/property.ts";
import { readTimeValue } from "../text/time-value.ts";
import type { FieldContext } from "./event-field.ts";

/** Reads a property that is a time in UTC as an ISO 8601 instant; anything else is ignored with a warning. */
export function readInstant(property: Property, event: CalendarEvent, key: "created" | "lastModified", context: FieldContext): void {
  const time = readTimeValue(property.value, undefined, () => null);
  if (time === null || time.kind === "date") context.warn(property, "value-ignored", "a time that cannot be read was ignored");
  else event[key] = `${time.value}Z`;
}

/** `20260101T090000Z` of an ISO 8601 instant in UTC; `null` where it is none. */
export function instantValue(iso: string | undefined): string | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?Z$/.exec(iso ?? "");
  return match === null ? null : `${match[1]}${match[2]}${match[3]}T${match[4]}${match[5]}${match[6]}Z`;
}
