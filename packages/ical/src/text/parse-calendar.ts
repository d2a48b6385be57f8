import { KalendsError, type CalendarObject, type ItemWarning } from "@kalends/model";
import { calendarAddress } from "../fields/calendar-address.ts";
import { collectObjects, type BrokenItem } from "./collect-objects.ts";
import { CalendarReader } from "./calendar-reader.ts";
import { defaultParseLimits, type ParseLimits } from "./parse-limits.ts";
import { readPlainCalendar } from "./plain-calendar.ts";
import { readEvent, type EventSurroundings, type ReadEvent } from "./read-event.ts";
import { WarningList } from "./warning-list.ts";
import { calendarZones } from "./zone-definition.ts";

export interface ParseOptions {
  /** Goes into every object: the provider's id of the item that the text came from. */
  remoteKey: string;
  revision: string | null;
  /** Addresses of the account holder, with or without `mailto:`: the answer of that attendee is the event's participation. */
  ownAddresses?: readonly string[];
  limits?: Partial<ParseLimits>;
}

export interface ParsedCalendar {
  /** One object for each UID, in the order of the text. */
  objects: CalendarObject[];
  /** UIDs that could not be read, beside others that could. `uid` is `null` where none stood there. */
  broken: BrokenItem[];
  /** All warnings, those of the objects among them, up to the limit. */
  warnings: ItemWarning[];
}

/** The text's own calendar data must begin on its first line that is no junk; a login page has none at all. */
function assertCalendar(text: string): void {
  if (!/^\uFEFF?[ \t]*BEGIN:VCALENDAR[ \t]*$/im.test(text))
    throw new KalendsError("object-invalid", "The text is no calendar data (BEGIN:VCALENDAR is missing)");
}

/**
 * Reads iCalendar text (RFC 5545), one VCALENDAR or several, into calendar objects by UID. Only VEVENT is read. One broken event does not
 * spoil the others: it is named in `broken`.
 *
 * Throws `KalendsError`: `object-invalid` where the text is no calendar data, is cut off before END:VCALENDAR, or holds no event that can
 * be read beside broken ones; `object-too-large` beyond the limits. Never throws anything else, never recurses, takes linear time.
 */
export function parseCalendar(text: string, options: ParseOptions): ParsedCalendar {
  const limits: ParseLimits = { ...defaultParseLimits, ...options.limits };
  if (text.length > limits.maxCharacters) throw new KalendsError("object-too-large", "The calendar data is larger than the limit");
  const own = (options.ownAddresses ?? []).map(calendarAddress).filter((address) => address !== null);
  const around = { limits, ownAddresses: new Set(own) };
  const { remoteKey, revision } = options;
  const plain = readPlainCalendar(text, { ...around, remoteKey, revision });
  if (plain !== null) return { objects: [plain], broken: [], warnings: [] };
  return readWhole(text, options, around);
}

/** `parseCalendar` without the short way. */
export function readWhole(text: string, options: ParseOptions, around: Pick<EventSurroundings, "limits" | "ownAddresses">): ParsedCalendar {
  const { limits } = around;
  assertCalendar(text);
  const warnings = new WarningList(limits.maxWarnings);
  const events: ReadEvent[] = [];
  for (const calendar of new CalendarReader(text, limits, warnings).read()) {
    const zones = calendarZones(calendar.zones, limits, warnings);
    for (const draft of calendar.events) events.push(readEvent(draft, { ...around, zones }));
  }
  const { objects, broken } = collectObjects(events, options, limits);
  for (const object of objects) warnings.addAll(object.warnings ?? []);
  const worst = broken[0];
  if (objects.length === 0 && worst !== undefined) throw new KalendsError(worst.code, worst.reason);
  for (const item of broken) warnings.add({ code: item.code, message: item.reason });
  return { objects, broken, warnings: warnings.entries };
}
