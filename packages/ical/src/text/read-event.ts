import { KalendsError, type CalendarEvent, type EventTime, type ItemWarning, type ZoneDefinition } from "@kalends/model";
import type { FieldContext } from "../fields/event-field.ts";
import { eventFieldByName } from "../fields/event-fields.ts";
import { resolveZone } from "../zones/resolve-zone.ts";
import type { ComponentDraft } from "./calendar-reader.ts";
import type { ParseLimits } from "./parse-limits.ts";
import { parameter, type Property } from "./property.ts";
import { readTimeValue } from "./time-value.ts";
import type { CalendarZones } from "./zone-definition.ts";

/** A VEVENT that was read, or the reason why it cannot be used. */
export interface ReadEvent {
  event: CalendarEvent;
  /** Whether a UID stood there. */
  named: boolean;
  /** Custom zones that its times need. */
  zones: Set<ZoneDefinition>;
  warnings: ItemWarning[];
  broken: { code: "object-invalid" | "object-too-large"; reason: string } | null;
}

/** What all events of one VCALENDAR are read with. */
export interface EventSurroundings {
  zones: CalendarZones;
  limits: ParseLimits;
  ownAddresses: ReadonlySet<string>;
}

export const longestTzid = 255;

function fieldContext(read: ReadEvent, around: EventSurroundings): FieldContext {
  const { limits } = around;
  const warn = (property: Property, code: string, message: string): void => {
    if (read.warnings.length < limits.maxWarnings) read.warnings.push({ code, property: property.name, line: property.line, message });
  };
  const timeOf = (property: Property, value: string): EventTime | null => {
    const tzid = parameter(property, "TZID")?.slice(0, longestTzid);
    return readTimeValue(value, tzid, (id) => {
      const zone = resolveZone(id) ?? around.zones.locations.get(id) ?? null;
      if (zone !== null) return zone;
      const definition = around.zones.definitions.get(id);
      if (definition !== undefined) read.zones.add(definition);
      else warn(property, "zone-unresolved", "the time names a zone that nobody knows and that the calendar does not define");
      return null;
    });
  };
  return { limits, ownAddresses: around.ownAddresses, timeOf, warn };
}

/** An event before its properties are read. */
export function emptyEvent(): CalendarEvent {
  return { uid: "", start: { kind: "date", value: "0001-01-01" }, status: "confirmed", transparent: false, visibility: "public" };
}

/** An end before the start, or beside a duration, is taken out with a warning; ends in another zone are compared when expanded. */
export function settleEnd(event: CalendarEvent, read: Pick<ReadEvent, "warnings">, line: number): void {
  const { start, end } = event;
  if (end === undefined) return;
  if (event.duration !== undefined) {
    delete event.duration;
    read.warnings.push({ code: "value-ignored", property: "DURATION", line, message: "DURATION beside DTEND was ignored" });
  }
  const sameScale = end.kind === start.kind && (end.kind !== "zoned" || (start.kind === "zoned" && end.tzid === start.tzid));
  if (sameScale && end.value < start.value) {
    delete event.end;
    read.warnings.push({ code: "value-ignored", property: "DTEND", line, message: "an end before the start was ignored" });
  }
}

function readFields(draft: ComponentDraft, read: ReadEvent, around: EventSurroundings): void {
  const context = fieldContext(read, around);
  const seen = new Set<string>();
  for (const property of draft.properties) {
    const field = eventFieldByName.get(property.name);
    if (field === undefined) continue;
    if (!field.many && seen.has(property.name)) {
      context.warn(property, "property-repeated", "the property stands twice; the first counts");
      continue;
    }
    seen.add(property.name);
    if (property.value.includes("\uFFFD")) context.warn(property, "encoding-invalid", "the value holds bytes that are not UTF-8");
    field.read(property, read.event, context);
  }
  read.named = seen.has("UID") && read.event.uid !== "";
  if (!read.named) throw new KalendsError("object-invalid", "The event has no UID");
  if (!seen.has("DTSTART")) throw new KalendsError("object-invalid", "The event has no DTSTART");
  settleEnd(read.event, read, draft.line);
}

/** Reads one VEVENT. Never throws: what is wrong with it stands in `broken`. */
export function readEvent(draft: ComponentDraft, around: EventSurroundings): ReadEvent {
  const event = emptyEvent();
  const read: ReadEvent = { event, named: false, zones: new Set(), warnings: [...draft.warnings], broken: draft.broken };
  try {
    readFields(draft, read, around);
  } catch (thrown) {
    if (!(thrown instanceof KalendsError)) throw thrown;
    const code = thrown.code === "object-too-large" ? "object-too-large" : "object-invalid";
    read.broken ??= { code, reason: thrown.message };
    // The UID may stand after the property that is broken.
    const uid = draft.properties.find((property) => property.name === "UID");
    if (!read.named && uid !== undefined) eventFieldByName.get("UID")?.read(uid, event, fieldContext(read, around));
    read.named = event.uid !== "";
  }
  return read;
}
