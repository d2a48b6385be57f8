import { createHash } from "node:crypto";
import { badBody } from "../google-refused.ts";
import type { GoogleState, UserState } from "../google-state.ts";
import type { CalendarStore } from "../calendars/calendar-store.ts";
import type { EventAttendee, EventBody, EventDateTime, EventPerson, EventResource } from "../wire.ts";
import { checkEventType, checkFields } from "./check-event.ts";
import { instantOf, readEventTime, sameTime } from "./event-time.ts";
import { readRecurrence } from "./expand-series.ts";
import { nextEtag } from "./next-etag.ts";
import { assertGuestRights } from "./share-event.ts";

/** Taken from what a client sends as it is. What the server sets itself, and what no event has, is left out as Google does it. */
const clientFields: ReadonlySet<string> = new Set([
  ...["summary", "description", "location", "colorId", "transparency", "visibility", "attendees", "reminders", "extendedProperties", "source"],
  ...["attachments", "anyoneCanAddSelf", "endTimeUnspecified", "eventLabelId", "gadget", "guestsCanInviteOthers", "guestsCanModify"],
  ...["guestsCanSeeOtherGuests", "birthdayProperties", "focusTimeProperties", "outOfOfficeProperties", "workingLocationProperties"],
]);
/** Left out of answers where they have their default. */
const defaults: Record<string, unknown> = {
  ...{ transparency: "opaque", visibility: "default", attendeesOmitted: false, endTimeUnspecified: false, anyoneCanAddSelf: false },
  ...{ guestsCanInviteOthers: true, guestsCanModify: false, guestsCanSeeOtherGuests: true, locked: false, privateCopy: false },
};

export interface BuildContext {
  state: GoogleState;
  calendar: CalendarStore;
  author: UserState;
  /** What is replaced; `null` for a new event. */
  before: EventResource | null;
  /** Whether the client knows conferences (`conferenceDataVersion=1`). */
  conference: boolean;
  /** Set for a patch, which leaves alone what it does not name. */
  patched?: boolean;
  /** Set for an import, which may name the organizer. */
  imported?: boolean;
}

/** Makes the stored form of what a client sent. `body` is the whole event. Refuses with 400. */
export function buildEvent(body: EventBody, context: BuildContext): EventResource {
  const { state, calendar, before, author } = context;
  checkFields(body);
  const times = readTimes(body, calendar, before);
  const type = eventTypeOf(body, before);
  checkEventType(body, { type, isPrimary: calendar.id === calendar.owner, allDay: times.start.date !== undefined });
  const at = state.clock.now();
  const id = before?.id ?? idOf(body, state);
  const kept = Object.entries(body).filter(([field, value]) => value !== null && clientFields.has(field) && defaults[field] !== value);
  const rest = Object.fromEntries(kept);
  const person = { email: author.email, displayName: author.name };
  const event: EventResource = {
    ...rest,
    kind: "calendar#event",
    etag: nextEtag(state),
    id,
    status: typeof body["status"] === "string" ? body["status"] : "confirmed",
    created: before?.created ?? new Date(at).toISOString(),
    updated: new Date(at).toISOString(),
    creator: before?.creator ?? person,
    organizer: organizerOf(body, context) ?? before?.organizer ?? hostOf(calendar, person),
    iCalUID: before?.iCalUID ?? (typeof body["iCalUID"] === "string" ? body["iCalUID"] : `${id}@google.com`),
    eventType: type,
    sequence: sequenceOf(body, before, times),
    reminders: body["reminders"] ?? { useDefault: true },
    ...times,
  };
  if (before?.recurringEventId !== undefined && before.originalStartTime) {
    event.recurringEventId = before.recurringEventId;
    event.originalStartTime = before.originalStartTime;
  }
  settleAttendees(event, body, before, calendar);
  readConference(event, body, context);
  if (before) assertGuestRights(state, calendar, before, event);
  return event;
}

interface Times {
  start: EventDateTime;
  end: EventDateTime;
  recurrence?: string[];
}

function readTimes(body: EventBody, calendar: CalendarStore, before: EventResource | null): Times {
  const isSeries = body["recurrence"] != null && (body["recurrence"] as unknown[]).length !== 0;
  const options = { zoneNeeded: isSeries, calendarZone: calendar.details.timeZone };
  const start = readEventTime(body["start"], "start", options);
  const end = readEventTime(body["end"], "end", options);
  if ((start.date === undefined) !== (end.date === undefined)) throw badBody("invalid", "Start and end times must either both be date or both be dateTime.");
  const [from, to] = [instantOf(start, "UTC"), instantOf(end, "UTC")];
  if (to < from || (to === from && start.date !== undefined)) throw badBody("timeRangeEmpty", "The specified time range is empty.");
  if (!isSeries) return { start, end };
  if (before?.recurringEventId !== undefined) throw badBody("invalid", "Recurrence cannot be set on an instance of a recurring event.");
  return { start, end, recurrence: readRecurrence(body["recurrence"], start) };
}

function eventTypeOf(body: EventBody, before: EventResource | null): string {
  const type = typeof body["eventType"] === "string" ? body["eventType"] : (before?.eventType ?? "default");
  if (before && before.eventType !== type) throw badBody("eventTypeRestriction", "The event type cannot be changed after the event is created.");
  return type;
}

/** Events of a secondary calendar are organized by the calendar itself. */
function hostOf(calendar: CalendarStore, person: EventPerson): EventPerson {
  return calendar.id === calendar.owner ? person : { email: calendar.id, displayName: calendar.details.summary };
}

function organizerOf(body: EventBody, context: BuildContext): EventResource["organizer"] | null {
  const organizer = body["organizer"] as { email?: unknown; displayName?: unknown } | undefined;
  if (!context.imported || typeof organizer?.email !== "string") return null;
  return { email: organizer.email, ...(typeof organizer.displayName === "string" ? { displayName: organizer.displayName } : {}) };
}

/** Base32hex (RFC 4648 section 7), lower-case: what Google takes as an id. */
function idOf(body: EventBody, state: GoogleState): string {
  const { id, iCalUID } = body;
  if (id == null) return BigInt(`0x1${createHash("sha256").update(`${state.origin} ${state.nextSerial()}`).digest("hex").slice(0, 32)}`).toString(32);
  if (typeof id !== "string" || !/^[a-v0-9]{5,1024}$/.test(id)) throw badBody("invalid", "Invalid resource id value.");
  if (iCalUID != null) throw badBody("invalid", "Only one of id and iCalUID may be supplied.");
  return id;
}

function sequenceOf(body: EventBody, before: EventResource | null, times: Times): number {
  const asked = typeof body["sequence"] === "number" ? body["sequence"] : undefined;
  if (!before) return asked ?? 0;
  if (asked !== undefined && asked < before.sequence) throw badBody("invalid", "Invalid sequence value. The specified sequence number is below the current sequence number of the resource.");
  const same = sameTime(times.start, before.start) && sameTime(times.end, before.end) && String(times.recurrence ?? "") === String(before.recurrence ?? "");
  return Math.max(asked ?? 0, same ? before.sequence : before.sequence + 1);
}

function settleAttendees(event: EventResource, body: EventBody, before: EventResource | null, calendar: CalendarStore): void {
  if (!event.attendees) return;
  const attendees = event.attendees.map((attendee): EventAttendee => {
    const { self: _self, organizer: _organizer, ...rest } = attendee;
    return { responseStatus: "needsAction", ...rest, email: attendee.email.toLowerCase() };
  });
  if (body["attendeesOmitted"] === true && before?.attendees) {
    // The sender saw only a part of the list: its own answer is taken, and nobody is removed.
    const own = attendees.find((attendee) => attendee.email === calendar.owner);
    event.attendees = before.attendees.map((attendee) => (own && attendee.email === own.email ? { ...attendee, ...own } : attendee));
  } else event.attendees = attendees;
}

function readConference(event: EventResource, body: EventBody, context: BuildContext): void {
  const { state, calendar, before } = context;
  const known = before?.conferenceData;
  const keep = (): void => {
    if (known) event.conferenceData = known;
    if (before?.["hangoutLink"] !== undefined) event["hangoutLink"] = before["hangoutLink"];
  };
  const sent = body["conferenceData"] as Record<string, unknown> | null | undefined;
  if (!context.conference) {
    if (context.patched) keep();
    return;
  }
  if (sent == null) return;
  const request = sent["createRequest"] as Record<string, unknown> | undefined;
  const earlier = known?.["createRequest"] as Record<string, unknown> | undefined;
  if (request === undefined || sent === known) event.conferenceData = sent;
  else if (known && earlier?.["requestId"] === request["requestId"]) keep();
  else {
    if (typeof request["requestId"] !== "string") throw badBody("invalid", "Invalid conference request id.");
    event.conferenceData = { createRequest: { ...request, status: { statusCode: "pending" } } };
    calendar.pendingConferences.set(event.id, state.clock.now() + state.features.conferenceMs);
  }
}
