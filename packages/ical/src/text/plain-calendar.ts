import { KalendsError, type CalendarEvent, type CalendarObject, type ItemWarning } from "@kalends/model";
import type { EventField, FieldContext } from "../fields/event-field.ts";
import { eventFields } from "../fields/event-fields.ts";
import { resolveZone } from "../zones/resolve-zone.ts";
import { CalendarReader } from "./calendar-reader.ts";
import { knownProperties } from "./known-properties.ts";
import { ownCopy } from "./own-copy.ts";
import type { ParseLimits } from "./parse-limits.ts";
import { PlainLines } from "./plain-lines.ts";
import { parameter, readPropertyIn } from "./property.ts";
import { emptyEvent, longestTzid, settleEnd } from "./read-event.ts";
import { readTimeValue } from "./time-value.ts";
import { WarningList } from "./warning-list.ts";

/** Larger texts hold more than one event, or something else that is not plain. */
const longestPlain = 64 * 1024;

interface FieldSlot {
  field: EventField;
  /** One bit for each field, to tell whether it stood there before. */
  bit: number;
}

const slots: ReadonlyMap<string, FieldSlot> = new Map(
  eventFields.flatMap((field, index) => field.names.map((name) => [name, { field, bit: 1 << index }] as const)),
);
const slotOf = (name: string): FieldSlot => slots.get(name) as FieldSlot;
const uidBit = slotOf("UID").bit;
const startBit = slotOf("DTSTART").bit;

/** Thrown, once, by whatever meets something that is not plain. */
const notPlain = new Error("not plain");
const refuse = (): never => {
  throw notPlain;
};

/** What reading needs beside the text. */
export interface PlainSurroundings {
  remoteKey: string;
  revision: string | null;
  limits: ParseLimits;
  ownAddresses: ReadonlySet<string>;
}

/**
 * Reads the text of one item as nearly all are: one event, zones that IANA knows, nothing to be warned of. Gives exactly what the whole
 * reader gives, and `null` for everything that it is not made for. It builds nothing on the way but the event, and looks at a zone
 * definition once for all the items that carry it.
 */
export function readPlainCalendar(text: string, around: PlainSurroundings): CalendarObject | null {
  const { limits } = around;
  if (text.length > Math.min(longestPlain, limits.maxLineCharacters) || isTight(limits) || text.includes("\uFFFD")) return null;
  const lines = new PlainLines(text);
  try {
    if (!lines.next() || lines.whole() !== "BEGIN:VCALENDAR") return null;
    const event = readInside(lines, around);
    // Nothing but white lines may follow.
    if (event === null || lines.next() || lines.broken) return null;
    return { remoteKey: around.remoteKey, revision: around.revision, uid: event.uid, events: [event] };
  } catch (thrown) {
    if (thrown === notPlain || thrown instanceof KalendsError) return null;
    throw thrown;
  }
}

/** Under such limits even a plain text may go over one. */
function isTight({ maxDepth, maxWarnings, maxProperties, maxEventsPerUid }: ParseLimits): boolean {
  return maxDepth < plainZoneLimits.maxDepth || maxWarnings < 1 || maxProperties < plainZoneLimits.maxProperties || maxEventsPerUid < 1;
}

/** What stands in the VCALENDAR, up to its end. */
function readInside(lines: PlainLines, around: PlainSurroundings): CalendarEvent | null {
  let event: CalendarEvent | null = null;
  while (lines.next()) {
    const name = lines.name();
    if (name === null) return null;
    if (name === "BEGIN") {
      const component = lines.whole();
      if (component === "BEGIN:VTIMEZONE") skipZone(lines);
      else if (component === "BEGIN:VEVENT" && event === null) event = readPlainEvent(lines, around);
      else return null;
    } else if (name === "END") return lines.whole() === "END:VCALENDAR" ? event : null;
  }
  return null;
}

function readPlainEvent(lines: PlainLines, around: PlainSurroundings): CalendarEvent {
  const event = emptyEvent();
  const context: FieldContext = { limits: around.limits, ownAddresses: around.ownAddresses, timeOf: plainTime, warn: refuse };
  let seen = 0;
  let count = 0;
  for (;;) {
    if (!lines.next()) return refuse();
    const name = lines.name() ?? refuse();
    if (name === "END") break;
    if (name === "BEGIN") {
      skipAlarm(lines);
      continue;
    }
    count += 1;
    const slot = slots.get(name);
    if (slot === undefined) {
      if (!name.startsWith("X-") && !knownProperties.has(name)) return refuse();
      continue;
    }
    const { field, bit } = slot;
    if ((seen & bit) !== 0 && !field.many) return refuse();
    seen |= bit;
    field.read(readPropertyIn(lines.source, name, lines.colon, lines.to, 0) ?? refuse(), event, context);
  }
  if (lines.whole() !== "END:VEVENT" || count >= around.limits.maxProperties) return refuse();
  if ((seen & uidBit) === 0 || event.uid === "" || event.uid.length * 3 > around.limits.maxUidBytes || (seen & startBit) === 0) return refuse();
  const warnings: ItemWarning[] = [];
  settleEnd(event, { warnings }, 0);
  return warnings.length === 0 ? event : refuse();
}

const plainTime: FieldContext["timeOf"] = (property, value) =>
  readTimeValue(value, parameter(property, "TZID")?.slice(0, longestTzid), (id) => resolveZone(id) ?? refuse());

/** The reader of whole calendars passes over a reminder without a look at what its lines say. */
function skipAlarm(lines: PlainLines): void {
  if (lines.whole() !== "BEGIN:VALARM") refuse();
  while (lines.next()) {
    const name = lines.name();
    if (name === null || name === "BEGIN") refuse();
    if (name === "END") return lines.whole() === "END:VALARM" ? undefined : refuse();
  }
  refuse();
}

/** Zone definitions that stand in many items, from their BEGIN to the start of the next line. */
const knownZones: string[] = [];
const mostZones = 64;
const longestZone = 8 * 1024;
const zoneEnd = /^END:VTIMEZONE\r?\n/m;

function skipZone(lines: PlainLines): void {
  for (const zone of knownZones) if (lines.skip(zone)) return;
  const rest = lines.source.slice(lines.from, lines.from + longestZone);
  const end = zoneEnd.exec(rest);
  if (end === null || lines.folded) refuse();
  const zone = rest.slice(0, (end as RegExpExecArray).index + (end as RegExpExecArray)[0].length);
  if (/\r(?!\n)/.test(zone) || !needsNoLook(zone)) refuse();
  if (knownZones.length >= mostZones) knownZones.shift();
  knownZones.push(ownCopy(zone));
  lines.skip(zone);
}

/** Whether a definition is of one zone that IANA knows, and nothing is wrong with it. */
function needsNoLook(zone: string): boolean {
  const warnings = new WarningList(1);
  try {
    const [calendar] = new CalendarReader(`BEGIN:VCALENDAR\r\n${zone}END:VCALENDAR\r\n`, plainZoneLimits, warnings).read();
    const [draft, ...others] = calendar?.zones ?? [];
    if (draft === undefined || others.length > 0 || calendar?.events.length !== 0 || warnings.entries.length > 0) return false;
    if ([draft, ...draft.children].some((part) => part.warnings.length > 0 || part.broken !== null)) return false;
    const tzid = draft.properties.find(({ name }) => name === "TZID")?.value.trim() ?? "";
    return tzid !== "" && resolveZone(tzid) !== null;
  } catch (thrown) {
    if (thrown instanceof KalendsError) return false;
    throw thrown;
  }
}

/** A definition is plain where it is so under the least limits that are not tight, so that the answer holds for all others. */
const plainZoneLimits: ParseLimits = {
  maxCharacters: longestZone * 2, maxLineCharacters: 1024, maxDepth: 3, maxDates: 0, maxRules: 0, maxEventsPerUid: 1, maxUidBytes: 0, maxListEntries: 0,
  maxProperties: 100, maxObservances: 0, maxWarnings: 1,
};
