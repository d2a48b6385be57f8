import type { CalendarStore } from "../calendars/calendar-store.ts";
import type { GoogleState, SandboxMail } from "../google-state.ts";
import type { EventResource } from "../wire.ts";
import { nextEtag } from "./build-event.ts";
import { sameTime } from "./event-time.ts";
import { expandSeries } from "./expand-series.ts";
import type { FoundEvent } from "./find-event.ts";

/** Who changes something, and who is to get mail about it. */
export interface Author {
  email: string;
  sendUpdates: "all" | "externalOnly" | "none";
}

/** Stores a new or changed event with everything that follows from it: lost exceptions, mail, notifications. */
export function changeEvent(state: GoogleState, calendar: CalendarStore, before: EventResource | null, event: EventResource, author: Author): void {
  const at = state.clock.now();
  calendar.put(event, at);
  if (before?.recurrence && seriesMoved(before, event)) dropExceptions(state, calendar, event);
  mail(state, calendar, before, event, author);
  state.hub.changed(`events/${calendar.serial}`);
}

/** Cancels an event, with its exceptions, or one instance of a series. */
export function removeEvent(state: GoogleState, calendar: CalendarStore, found: FoundEvent, author: Author): void {
  const { event } = found;
  const at = state.clock.now();
  const cancelled = { ...event, status: "cancelled", etag: nextEtag(state), updated: new Date(at).toISOString() };
  for (const exception of calendar.exceptionsOf(event.id)) cancelLost(state, calendar, exception);
  calendar.put(cancelled, at);
  mail(state, calendar, event, cancelled, author);
  state.hub.changed(`events/${calendar.serial}`);
}

function seriesMoved(before: EventResource, event: EventResource): boolean {
  return !sameTime(before.start, event.start) || String(before.recurrence ?? "") !== String(event.recurrence ?? "");
}

/** Exceptions whose instance the changed series no longer has go with the old series. */
function dropExceptions(state: GoogleState, calendar: CalendarStore, master: EventResource): void {
  const zone = calendar.details.timeZone;
  for (const exception of calendar.exceptionsOf(master.id)) {
    const original = exception.originalStartTime;
    const at = Date.parse(original?.date ?? original?.dateTime ?? "");
    const near = expandSeries(master, { from: at - 172_800_000, to: at + 172_800_000 }, zone);
    if (!near.some((instance) => sameTime(instance.original, original))) cancelLost(state, calendar, exception);
  }
}

/** Of an exception whose series ended, nothing but the id stays. */
function cancelLost(state: GoogleState, calendar: CalendarStore, exception: EventResource): void {
  const at = state.clock.now();
  calendar.forget(exception.id);
  const { id, eventType, created, sequence } = exception;
  const times = { created, updated: new Date(at).toISOString() };
  calendar.put({ kind: "calendar#event", id, etag: nextEtag(state), status: "cancelled", iCalUID: `${id}@google.com`, eventType, sequence, ...times }, at);
}

function mail(state: GoogleState, calendar: CalendarStore, before: EventResource | null, event: EventResource, author: Author): void {
  if (author.sendUpdates === "none") return;
  const cancelled = event.status === "cancelled";
  const earlier = new Set((before?.attendees ?? []).map((attendee) => attendee.email));
  const now = new Set((event.attendees ?? []).map((attendee) => attendee.email));
  for (const to of new Set([...earlier, ...now])) {
    if (to === author.email || (author.sendUpdates === "externalOnly" && state.users.has(to))) continue;
    const about: SandboxMail["about"] = cancelled || !now.has(to) ? "cancellation" : earlier.has(to) ? "update" : "invitation";
    state.mail.push({ at: state.clock.now(), to, about, calendarId: calendar.id, eventId: event.id });
  }
}
