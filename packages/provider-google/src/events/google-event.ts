import { asRecord, flagOf, listOf, recordOf, textOf, textsOf, wholeOf, type JsonRecord } from "../json-shape.ts";

/** A moment of the Calendar API: a date, or an instant with the zone it is meant in. */
export interface GoogleTime {
  date?: string;
  dateTime?: string;
  timeZone?: string;
}

/** An attendee of the Calendar API. `raw` is the entry as it came: what we do not know is written back with it. */
export interface GoogleAttendee {
  email?: string;
  displayName?: string;
  responseStatus?: string;
  optional: boolean;
  resource: boolean;
  self: boolean;
  raw: JsonRecord;
}

/** The fields of an event (discovery document, `Event`) that Kalends reads; all else of an answer is dropped here. */
export interface GoogleEvent {
  id: string;
  etag: string | null;
  status: string;
  created?: string;
  updated?: string;
  iCalUID?: string;
  sequence?: number;
  recurrence: string[];
  recurringEventId?: string;
  originalStartTime?: GoogleTime;
  start?: GoogleTime;
  end?: GoogleTime;
  endTimeUnspecified: boolean;
  transparent: boolean;
  visibility?: string;
  eventType?: string;
  /** The UID that Kalends gave the event when it made it. */
  ownUid?: string;
  summary?: string;
  description?: string;
  location?: string;
  colorId?: string;
  sourceUrl?: string;
  conferenceUrl?: string;
  hasConference: boolean;
  organizer?: { email?: string; displayName?: string };
  attendees: GoogleAttendee[];
  /** Google left attendees out of the answer: the list must never be written back. */
  attendeesOmitted: boolean;
}

/** Name of the private extended property that holds `ownUid`. */
export const ownUidProperty = "kalendsUid";

/** An id that can stand in a path: no separator, no dots alone, nothing that cannot be encoded. */
export function isEventId(text: string): boolean {
  return /^[^\s/\\?#%\p{Cc}]{1,1024}$/u.test(text) && !/^\.+$/.test(text) && !/\p{Surrogate}/u.test(text);
}

/** Reads one entry of a list; `null` where it is no event at all: without an id nothing can be said of it. */
export function readGoogleEvent(value: unknown): GoogleEvent | null {
  const record = asRecord(value);
  const id = textOf(record, "id");
  if (record === null || id === undefined || !isEventId(id)) return null;
  const extended = recordOf(recordOf(record, "extendedProperties"), "private");
  const optional = {
    created: textOf(record, "created"),
    updated: textOf(record, "updated"),
    iCalUID: textOf(record, "iCalUID"),
    sequence: wholeOf(record, "sequence"),
    recurringEventId: idOf(record, "recurringEventId"),
    originalStartTime: timeOf(record, "originalStartTime"),
    start: timeOf(record, "start"),
    end: timeOf(record, "end"),
    visibility: textOf(record, "visibility"),
    eventType: textOf(record, "eventType"),
    ownUid: textOf(extended, ownUidProperty),
    summary: textOf(record, "summary"),
    description: textOf(record, "description"),
    location: textOf(record, "location"),
    colorId: textOf(record, "colorId"),
    sourceUrl: textOf(recordOf(record, "source"), "url"),
    conferenceUrl: conferenceUrlOf(record),
    organizer: personOf(record, "organizer"),
  };
  return {
    id,
    etag: textOf(record, "etag") ?? null,
    status: textOf(record, "status") ?? "confirmed",
    recurrence: textsOf(record, "recurrence"),
    endTimeUnspecified: flagOf(record, "endTimeUnspecified"),
    transparent: textOf(record, "transparency") === "transparent",
    hasConference: recordOf(record, "conferenceData") !== null,
    attendees: (listOf(record, "attendees") ?? []).map(attendeeOf).filter((attendee) => attendee !== null),
    attendeesOmitted: flagOf(record, "attendeesOmitted"),
    ...present(optional),
  };
}

function idOf(record: JsonRecord, name: string): string | undefined {
  const text = textOf(record, name);
  return text !== undefined && isEventId(text) ? text : undefined;
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The pairs that say something. */
function present<T extends object>(pairs: T): Present<T> {
  return Object.fromEntries(Object.entries(pairs).filter(([, value]) => value !== undefined)) as Present<T>;
}

function timeOf(record: JsonRecord, name: string): GoogleTime | undefined {
  const time = recordOf(record, name);
  if (time === null) return undefined;
  return present({ date: textOf(time, "date"), dateTime: textOf(time, "dateTime"), timeZone: textOf(time, "timeZone") });
}

function personOf(record: JsonRecord, name: string): GoogleEvent["organizer"] {
  const person = recordOf(record, name);
  return person === null ? undefined : present({ email: textOf(person, "email"), displayName: textOf(person, "displayName") });
}

function attendeeOf(value: unknown): GoogleAttendee | null {
  const record = asRecord(value);
  if (record === null) return null;
  return {
    ...present({ email: textOf(record, "email"), displayName: textOf(record, "displayName"), responseStatus: textOf(record, "responseStatus") }),
    optional: flagOf(record, "optional"),
    resource: flagOf(record, "resource"),
    self: flagOf(record, "self"),
    raw: record,
  };
}

/** The first way in by video, else the older field of Google Meet. */
function conferenceUrlOf(record: JsonRecord): string | undefined {
  const entries = (listOf(recordOf(record, "conferenceData"), "entryPoints") ?? []).map(asRecord);
  const video = entries.find((entry) => textOf(entry, "entryPointType") === "video");
  return textOf(video ?? null, "uri") ?? textOf(record, "hangoutLink");
}
