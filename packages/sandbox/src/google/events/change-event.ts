import type { CalendarStore } from "../calendars/calendar-store.ts";
import type { GoogleState, SandboxMail } from "../google-state.ts";
import type { EventResource } from "../wire.ts";
import { sameTime } from "./event-time.ts";
import type { FoundEvent } from "./find-event.ts";
import { loseExceptions } from "./lose-exceptions.ts";
import { loseInstances } from "./lose-instances.ts";
import { nextEtag } from "./next-etag.ts";
import { spreadEvent } from "./share-event.ts";

/** Who changes something, and who is to get mail about it. */
export interface Author {
  email: string;
  sendUpdates: "all" | "externalOnly" | "none";
}

/** Stores a new or changed event with everything that follows from it: lost exceptions, guests' copies, mail, notifications. */
export function changeEvent(state: GoogleState, calendar: CalendarStore, before: EventResource | null, event: EventResource, author: Author): void {
  calendar.put(event, state.clock.now());
  if (before?.recurrence && seriesMoved(before, event)) {
    loseExceptions(state, calendar, event);
    loseInstances(state, calendar, before, event);
  }
  spreadEvent(state, calendar, before, event);
  mail(state, calendar, before, event, author);
  state.hub.changed(`events/${calendar.serial}`);
}

/** Cancels an event, with its exceptions, or one instance of a series. */
export function removeEvent(state: GoogleState, calendar: CalendarStore, found: FoundEvent, author: Author): void {
  const { event } = found;
  const cancelled = { ...event, status: "cancelled", etag: nextEtag(state), updated: new Date(state.clock.now()).toISOString() };
  changeEvent(state, calendar, event, cancelled, author);
}

function seriesMoved(before: EventResource, event: EventResource): boolean {
  const cancelled = event.status === "cancelled";
  return cancelled || !sameTime(before.start, event.start) || String(before.recurrence ?? "") !== String(event.recurrence ?? "");
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
