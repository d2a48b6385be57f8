import { assertZone, expandObjects } from "@kalends/ical";
import { KalendsError } from "@kalends/model";
import type { CalendarEvent, CalendarId, Occurrence, OrganizationStore, StoredObject, StoredTiming } from "@kalends/model";
import type { Runtime } from "../runtime.ts";
import { openContent } from "../sync/seal-object.ts";
import { parseRange } from "./parse-range.ts";

export interface OccurrenceRequest {
  calendarId: CalendarId;
  /** ISO 8601 instants with an offset; half-open. */
  from: string;
  to: string;
  /** IANA zone in which all-day and floating times are read. Default: the calendar's, else the account's. */
  zone?: string;
}

/** What was found, in order of start. */
export interface OccurrenceList {
  occurrences: Occurrence[];
  /** A limit ended the expansion; the list is incomplete. */
  capped: boolean;
}

const pageSize = 500;

/** Objects are stored by their extent in the calendar's own zone; in another one all-day and floating times lie up to that much elsewhere. */
const zoneSlackMs = 36 * 3_600_000;

/** The events of a stored object, timing and content joined again. */
export function toEvents(stored: StoredObject, contents: ReturnType<typeof openContent>): CalendarEvent[] {
  const timing = JSON.parse(stored.timing) as StoredTiming;
  return timing.events.map((event, position) => ({ ...event, uid: stored.uid, ...contents[position] }));
}

/** Occurrences of one calendar inside a range, with the content that is stored. Throws `invalid-argument`, `not-found`, `open-failed`. */
export async function listOccurrences(runtime: Runtime, store: OrganizationStore, request: OccurrenceRequest): Promise<OccurrenceList> {
  const range = parseRange(request.from, request.to);
  if (request.zone !== undefined) assertZone(request.zone);
  const calendar = await store.directory.findCalendar(request.calendarId);
  if (calendar === null || calendar.removedAt !== null) throw new KalendsError("not-found", `There is no calendar ${request.calendarId}`);
  const account = await store.directory.findAccount(calendar.accountId);
  const floatingZone = request.zone ?? calendar.timeZone ?? account?.timeZone ?? "UTC";
  const sealer = await runtime.vault.forAccount(store.organizationId, calendar.accountId);
  const parts: { uid: string; events: CalendarEvent[]; zones?: StoredTiming["zones"] & object }[] = [];
  const stretch = { from: range.from - zoneSlackMs, to: range.to + zoneSlackMs };
  let after: { remoteKey: string; uid: string } | null = null;
  for (;;) {
    const page: StoredObject[] = await store.reader.objects(calendar.id, stretch, after, pageSize);
    for (const stored of page) {
      if (stored.outside) continue;
      const { zones } = JSON.parse(stored.timing) as StoredTiming;
      const events = toEvents(stored, openContent(stored, sealer, store.organizationId, calendar.id));
      parts.push({ uid: stored.uid, events, ...(zones === undefined ? {} : { zones }) });
    }
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) break;
    after = { remoteKey: last.remoteKey, uid: last.uid };
  }
  const { occurrences, capped } = expandObjects(parts, range, { floatingZone });
  return { occurrences, capped: capped !== undefined };
}
