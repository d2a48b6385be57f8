import type { EventResource } from "../wire.ts";
import { writeEventTime } from "./event-time.ts";

/** For whom and how an event is written. */
export interface EventView {
  /** Zone of the offsets. */
  zone: string;
  /** Whose calendar it is read in; `self` marks are made for this address. */
  self: string;
  maxAttendees: number;
  /** Only times: the reader may not see details. */
  timesOnly: boolean;
  cancelledDetails: boolean;
  origin: string;
}

const always = ["kind", "etag", "id", "status"] as const;
const timesOnlyFields = [...always, "created", "updated", "start", "end", "recurrence", "recurringEventId", "originalStartTime", "iCalUID", "eventType", "transparency", "sequence"];

/** An event as an answer holds it. */
export function presentEvent(event: EventResource, view: EventView): Record<string, unknown> {
  if (event.status === "cancelled" && !view.cancelledDetails) return presentCancelled(event, view);
  const { start, end, originalStartTime, ...rest } = event;
  const shown: Record<string, unknown> = view.timesOnly ? pick(rest, timesOnlyFields) : { ...rest };
  if (start) shown["start"] = writeEventTime(start, view.zone);
  if (end) shown["end"] = writeEventTime(end, view.zone);
  if (originalStartTime) shown["originalStartTime"] = writeEventTime(originalStartTime, view.zone);
  if (view.timesOnly) return { ...shown, visibility: "private" };
  shown["htmlLink"] = `${view.origin}/calendar/event?eid=${Buffer.from(event.id).toString("base64url").slice(0, 60)}`;
  for (const role of ["organizer", "creator"] as const) {
    const person = event[role];
    if (person) shown[role] = person.email === view.self ? { ...person, self: true } : person;
  }
  presentAttendees(event, view, shown);
  return shown;
}

/** Only what Google guarantees of a cancelled event: the id, and of an instance whose series goes on, which one it is. */
function presentCancelled(event: EventResource, view: EventView): Record<string, unknown> {
  const shown: Record<string, unknown> = pick(event, always);
  if (event.recurringEventId !== undefined && event.originalStartTime) {
    shown["recurringEventId"] = event.recurringEventId;
    shown["originalStartTime"] = writeEventTime(event.originalStartTime, view.zone);
  }
  return shown;
}

function presentAttendees(event: EventResource, view: EventView, shown: Record<string, unknown>): void {
  if (!event.attendees) return;
  const attendees = event.attendees.map((attendee) => ({
    ...attendee,
    ...(attendee.email === event.organizer?.email ? { organizer: true } : {}),
    ...(attendee.email === view.self ? { self: true } : {}),
  }));
  const cut = attendees.length > view.maxAttendees;
  shown["attendees"] = cut ? attendees.filter((attendee) => attendee.email === view.self) : attendees;
  if (cut) shown["attendeesOmitted"] = true;
}

function pick(event: Record<string, unknown>, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(fields.filter((field) => event[field] !== undefined).map((field) => [field, event[field]]));
}
