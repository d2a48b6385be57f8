import { canonicalObject } from "@kalends/ical";
import type { AccountSealer, CalendarEvent, CalendarObject, EventContent } from "@kalends/model";

/** Length of each of the four parts of a stored object's digest. */
export const digestPart = 16;
const nothing = "-".repeat(digestPart);

/** The object with only what `pick` leaves of each event's content, beside what tells the events apart. */
function contentsOf(object: CalendarObject, pick: (content: EventContent) => EventContent): CalendarObject {
  const events = object.events.map(({ uid, recurrenceId, content }) => ({
    uid,
    ...(recurrenceId === undefined ? {} : { recurrenceId }),
    ...(content === undefined ? {} : { content: pick(content) }),
  }));
  // Only what is there is read of an event, so the times may be missing.
  return { remoteKey: "", revision: null, uid: "", events: events as CalendarEvent[] };
}

/**
 * Four keyed digests in one text: times, titles, other content, descriptions; dashes where nothing is kept. Whoever reaches only the first
 * of them can be told exactly of the changes that it sees.
 */
export function objectDigest(object: CalendarObject, sealer: AccountSealer): string {
  const part = (text: string): string => sealer.digest(text).slice(0, digestPart);
  const timing = { ...object, events: object.events.map(({ content: _content, sequence: _sequence, ...timing }) => timing) };
  let titles = false;
  let others = false;
  let descriptions = false;
  for (const { content } of object.events) {
    for (const key in content) {
      if (content[key as keyof EventContent] === undefined) continue;
      if (key === "title") titles = true;
      else if (key === "description") descriptions = true;
      else others = true;
    }
  }
  return (
    part(canonicalObject(timing)) +
    (titles ? part(canonicalObject(contentsOf(object, ({ title }) => (title === undefined ? {} : { title })))) : nothing) +
    (others ? part(canonicalObject(contentsOf(object, ({ title: _title, description: _description, ...rest }) => rest))) : nothing) +
    (descriptions ? part(canonicalObject(contentsOf(object, ({ description }) => (description === undefined ? {} : { description })))) : nothing)
  );
}
