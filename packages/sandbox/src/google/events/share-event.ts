import type { CalendarStore } from "../calendars/calendar-store.ts";
import { GoogleRefused } from "../google-refused.ts";
import type { GoogleState } from "../google-state.ts";
import type { EventAttendee, EventResource } from "../wire.ts";
import { loseExceptions } from "./lose-exceptions.ts";
import { nextEtag } from "./next-etag.ts";

/** What a guest may have otherwise than the organizer. */
const ownFields = ["reminders", "colorId", "transparency", "visibility"] as const;
const sharedFields = ["summary", "description", "location", "start", "end", "recurrence", "status"] as const;

/** The organizer's own calendar, where the event was organized by somebody else of this sandbox. */
function organizerCalendar(state: GoogleState, calendar: CalendarStore, event: EventResource): CalendarStore | null {
  const organizer = event.organizer?.email ?? "";
  return organizer === calendar.owner || organizer === calendar.id ? null : (state.calendars.get(organizer) ?? null);
}

/** Refuses with 403 what only the organizer may change. */
export function assertGuestRights(state: GoogleState, calendar: CalendarStore, before: EventResource, event: EventResource): void {
  const home = organizerCalendar(state, calendar, before);
  if (!home?.find(before.id)) return;
  const emails = (list: EventAttendee[] = []): string => list.map((attendee) => attendee.email).sort().join(" ");
  const touched = sharedFields.some((field) => JSON.stringify(before[field]) !== JSON.stringify(event[field]) && event.status !== "cancelled");
  if (!touched && emails(before.attendees) === emails(event.attendees)) return;
  const message = "Shared properties can only be changed by the organizer of the event.";
  throw new GoogleRefused(403, { domain: "calendar", reason: "forbiddenForNonOrganizer", message });
}

/** Carries a change to the other people of the event who have an account here: the organizer's to the guests, a guest's answer to all. */
export function spreadEvent(state: GoogleState, calendar: CalendarStore, before: EventResource | null, event: EventResource): void {
  if (calendar.id !== calendar.owner) return;
  const home = organizerCalendar(state, calendar, event);
  if (!home) {
    spreadFrom(state, calendar, before, event);
    return;
  }
  const held = home.find(event.id);
  if (!held?.attendees) return;
  const answer = event.status === "cancelled" ? "declined" : event.attendees?.find((attendee) => attendee.email === calendar.owner)?.responseStatus;
  const attendees = held.attendees.map((attendee) => (attendee.email === calendar.owner && answer ? { ...attendee, responseStatus: answer } : attendee));
  if (JSON.stringify(attendees) === JSON.stringify(held.attendees)) return;
  const answered = stamped(state, { ...held, attendees });
  store(state, home, answered);
  spreadFrom(state, home, held, answered, calendar);
}

function spreadFrom(state: GoogleState, home: CalendarStore, before: EventResource | null, event: EventResource, except?: CalendarStore): void {
  const invited = new Set((event.attendees ?? []).map((attendee) => attendee.email));
  const everybody = new Set([...(before?.attendees ?? []).map((attendee) => attendee.email), ...invited]);
  for (const email of everybody) {
    const guest = email === home.owner ? undefined : state.calendars.get(email);
    if (!guest || guest === except) continue;
    const copy = guest.find(event.id);
    if (!invited.has(email) && copy) store(state, guest, stamped(state, { ...copy, status: "cancelled" }));
    else if (invited.has(email) && (copy || event.status !== "cancelled")) store(state, guest, copyFor(state, event, copy));
  }
}

function copyFor(state: GoogleState, event: EventResource, copy: EventResource | undefined): EventResource {
  const { conferenceData, extendedProperties, ...fields } = event;
  const made: EventResource = { ...fields, reminders: { useDefault: true } };
  for (const field of ownFields) if (copy?.[field] !== undefined) made[field] = copy[field] as string;
  const own = copy?.extendedProperties?.private;
  const shared = extendedProperties?.shared;
  if (own || shared) made.extendedProperties = { ...(own ? { private: own } : {}), ...(shared ? { shared } : {}) };
  if (conferenceData) made.conferenceData = conferenceData;
  return stamped(state, made);
}

function stamped(state: GoogleState, event: EventResource): EventResource {
  return { ...event, etag: nextEtag(state), updated: new Date(state.clock.now()).toISOString() };
}

function store(state: GoogleState, calendar: CalendarStore, event: EventResource): void {
  calendar.put(event, state.clock.now());
  loseExceptions(state, calendar, event);
  state.hub.changed(`events/${calendar.serial}`);
}
