import { KalendsError } from "@kalends/model";
import type { GoogleLine } from "../google-line.ts";
import { listOf, textOf } from "../json-shape.ts";
import type { AnswerPlace } from "../map-error.ts";
import { readGoogleEvent, type GoogleEvent } from "./google-event.ts";

/** One page of `events.list`. */
export interface EventPage {
  /** In Google's order. */
  events: GoogleEvent[];
  nextPageToken: string | null;
  nextSyncToken: string | null;
  /** IANA zone of the calendar. */
  timeZone: string | null;
  /** Last change of the calendar, by Google's clock. */
  updated: string | null;
}

/** Path of a calendar's events. */
export function eventsPath(calendar: string): string {
  return `calendars/${encodeURIComponent(calendar)}/events`;
}

export function eventPath(calendar: string, id: string): string {
  return `${eventsPath(calendar)}/${encodeURIComponent(id)}`;
}

/** Asks for one page. Throws `answer-invalid` where the answer is no list of events. */
export async function listEvents(line: GoogleLine, calendar: string, query: Readonly<Record<string, string>>, place: AnswerPlace): Promise<EventPage> {
  const body = await line.ask({ method: "GET", path: eventsPath(calendar), query, place });
  const items = listOf(body, "items");
  const nextPageToken = textOf(body, "nextPageToken") ?? null;
  const nextSyncToken = textOf(body, "nextSyncToken") ?? null;
  // A partial response leaves empty lists out; an answer that has no token either is no page of events at all.
  if (items === null || (items === undefined && nextPageToken === null && nextSyncToken === null)) {
    throw new KalendsError("answer-invalid", "Google's answer is no list of events");
  }
  const read = (items ?? []).map(readGoogleEvent);
  const events = read.filter((event) => event !== null);
  // An entry that cannot be named cannot be set aside either: it could be any item, which would then count as gone.
  if (events.length < read.length) throw new KalendsError("answer-invalid", "Google's list holds entries without an id");
  return {
    events,
    nextPageToken,
    nextSyncToken,
    timeZone: textOf(body, "timeZone") ?? null,
    updated: textOf(body, "updated") ?? null,
  };
}

/** One event; `null` where it is not there, was deleted, or is not this login's to see. */
export async function getEvent(line: GoogleLine, calendar: string, id: string, query: Readonly<Record<string, string>>): Promise<GoogleEvent | null> {
  const answer = await line.attempt({ method: "GET", path: eventPath(calendar, id), query, place: "item" });
  if (!answer.ok) {
    if (answer.refusal.status === 404 || answer.refusal.status === 410) return null;
    throw answer.refusal.error;
  }
  const event = readGoogleEvent(answer.body);
  if (event === null) throw new KalendsError("answer-invalid", "Google's answer is no event");
  return event;
}
