import type { CalendarEvent, CalendarObject, QuarantinedItem, RemoteKey } from "@kalends/model";
import { canonicalObject, parseCalendar } from "@kalends/ical";
import { feedDigest, itemKey } from "./feed-digest.ts";
import { errorOfParse, notCalendar } from "./map-error.ts";

/** Everything that a feed holds. */
export interface FeedItems {
  /** One object for each UID, in key order. */
  objects: CalendarObject[];
  quarantined: QuarantinedItem[];
  /** Digest over all of it: a feed that only renews its DTSTAMPs keeps it. */
  digest: string;
}

/**
 * Reads a whole feed. Believed only as a whole: throws `not-calendar-data` for pages and empty answers, `response-incomplete` for a file
 * without its end, `answer-invalid` where no event can be read. One broken event is set aside.
 */
export function readFeedItems(text: string): FeedItems {
  if (!/^\uFEFF?\s*BEGIN:VCALENDAR/i.test(text)) throw notCalendar(text.slice(0, 1024));
  const parsed = parse(text);
  const objects = new Map<RemoteKey, CalendarObject>();
  for (const object of parsed.objects) {
    const remoteKey = itemKey(object.uid);
    const named: CalendarObject = { ...object, remoteKey, events: newestOnly(object.events) };
    objects.set(remoteKey, { ...named, revision: feedDigest(canonicalObject({ ...named, revision: null })) });
  }
  const quarantined = parsed.broken.map(({ uid, code, reason }, position): QuarantinedItem => {
    return { remoteKey: uid === null ? `unnamed-${position + 1}` : itemKey(uid), revision: null, code, reason };
  });
  const sorted = [...objects.values()].sort((left, right) => (left.remoteKey < right.remoteKey ? -1 : 1));
  const marks = [...sorted.map(({ remoteKey, revision }) => `${remoteKey} ${revision}`), ...quarantined.map(({ remoteKey, reason }) => `${remoteKey} ${reason}`)];
  return { objects: sorted, quarantined, digest: feedDigest(marks.join("\n")) };
}

function parse(text: string): ReturnType<typeof parseCalendar> {
  try {
    return parseCalendar(text, { remoteKey: "", revision: null });
  } catch (thrown) {
    throw errorOfParse(thrown);
  }
}

/** A UID names one event (RFC 5545 section 3.8.4.7); where a feed states it twice, the newest statement counts, and of equal ones the last. */
function newestOnly(events: readonly CalendarEvent[]): CalendarEvent[] {
  const chosen = new Map<string, CalendarEvent>();
  for (const event of events) {
    const instance = event.recurrenceId === undefined ? "" : JSON.stringify([event.recurrenceId, event.thisAndFuture === true]);
    const before = chosen.get(instance);
    if (before === undefined || !isOlder(event, before)) chosen.set(instance, event);
  }
  return [...chosen.values()];
}

function isOlder(event: CalendarEvent, than: CalendarEvent): boolean {
  const [sequence, other] = [event.sequence ?? 0, than.sequence ?? 0];
  if (sequence !== other) return sequence < other;
  return (event.lastModified ?? "") < (than.lastModified ?? "");
}
