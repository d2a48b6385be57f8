import { KalendsError, type CalendarEvent, type EventAttendee } from "@kalends/model";
import type { GoogleEvent } from "../events/google-event.ts";
import { wordOfAnswer } from "../events/read-content.ts";
import type { JsonRecord } from "../json-shape.ts";

/** An attendee as it is written. */
type WrittenAttendee = Record<string, unknown>;

/**
 * The attendees to write, or `null` where they stay as they are. A patched list replaces the whole one, so what the model does not know of an
 * attendee goes along. Throws `permission-denied` where Google hid some of them: the list would remove those.
 */
export function writeAttendees(source: GoogleEvent | null, current: CalendarEvent | null, wanted: CalendarEvent): WrittenAttendee[] | null {
  const [before, after] = [current?.content?.attendees ?? [], wanted.content?.attendees ?? []];
  const answerChanged = current !== null && wanted.participation !== undefined && wanted.participation !== current.participation;
  if (!answerChanged && sameList(before, after)) return null;
  if (source?.attendeesOmitted === true) {
    throw new KalendsError("permission-denied", "Google does not tell all attendees of the event, so their list cannot be changed");
  }
  const known = new Map(source?.attendees.map((attendee) => [attendee.email?.toLowerCase() ?? "", attendee]) ?? []);
  return after.map((attendee) => {
    const there = known.get(attendee.address);
    const answer = answerChanged && there?.self === true ? wanted.participation : attendee.participation;
    return {
      ...kept(there?.raw),
      email: there?.email ?? attendee.address,
      ...(attendee.name === undefined ? {} : { displayName: attendee.name }),
      ...(attendee.role === "optional" ? { optional: true } : attendee.role === undefined && there === undefined ? {} : { optional: false }),
      ...(attendee.kind === "resource" || attendee.kind === "room" ? { resource: true } : {}),
      responseStatus: wordOfAnswer(answer ?? "needs-action"),
    };
  });
}

/** Own properties of a raw entry, under names that are plain words: nothing else of an answer goes into an object of ours. */
function kept(raw: JsonRecord | undefined): Record<string, unknown> {
  if (raw === undefined) return {};
  return Object.fromEntries(Object.entries(raw).filter(([name]) => ["id", "additionalGuests", "comment", "displayName"].includes(name)));
}

function sameList(one: readonly EventAttendee[], other: readonly EventAttendee[]): boolean {
  const text = (list: readonly EventAttendee[]): string => {
    const marks = list.map(({ address, name = "", participation, role = "required", kind = "individual" }) => JSON.stringify([address, name, participation, role, kind]));
    return marks.sort().join("\n");
  };
  return text(one) === text(other);
}
