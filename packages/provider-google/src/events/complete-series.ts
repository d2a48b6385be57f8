import { resolveZone } from "@kalends/ical";
import { KalendsError } from "@kalends/model";
import type { GoogleLine } from "../google-line.ts";
import { getEvent, listEvents } from "./event-list.ts";
import type { GoogleEvent } from "./google-event.ts";
import { seriesOf, type SeriesParts } from "./read-series.ts";

/** What is asked of the events that are read here. */
export interface SeriesQuery {
  calendar: string;
  /** Query of a list, with its field mask. */
  list: Readonly<Record<string, string>>;
  /** The mask for one event: that of the list's items. */
  fields: string;
}

/** A series as it is now, and the calendar's zone where the answer told it. */
export interface WholeSeries {
  parts: SeriesParts;
  calendarZone: string | null;
}

/**
 * Reads the rest of a series of which a delta named a part. All events of a series share their iCalUID, so one list by it brings master,
 * changed and cancelled instances together; only where no part says its iCalUID the master is read first. `null`: nothing of it is left.
 * Throws `object-too-large` for more instances than are read one series at a time, and `object-invalid` where nothing tells the iCalUID.
 */
export async function completeSeries(line: GoogleLine, query: SeriesQuery, known: SeriesParts): Promise<WholeSeries | null> {
  const { id } = known;
  let master = known.master;
  let uid = master?.iCalUID ?? known.instances.find(({ iCalUID }) => iCalUID !== undefined)?.iCalUID;
  if (uid === undefined) {
    master = await getEvent(line, query.calendar, id, { fields: query.fields });
    uid = master?.iCalUID;
    // Without a master it may be somebody else's, of which other instances are here.
    if (uid === undefined && master === null && known.master === null) uid = await uidByInstance(line, query, known);
    if (uid === undefined) return master === null || master.status === "cancelled" ? null : { parts: { ...known, master }, calendarZone: null };
  }
  const found: GoogleEvent[] = [];
  let zone: string | null = null;
  const asked = new Set<string>();
  for (let pageToken: string | null = null, read = 0; ; ) {
    const page = await listEvents(line, query.calendar, { ...query.list, iCalUID: uid, ...(pageToken === null ? {} : { pageToken }) }, "calendar");
    found.push(...page.events.filter((event) => seriesOf(event) === id));
    zone ??= page.timeZone;
    if (page.nextPageToken === null) break;
    read += Math.max(1, page.events.length);
    if (asked.has(page.nextPageToken)) throw new KalendsError("answer-invalid", "Google's list of a series makes no progress");
    asked.add(page.nextPageToken);
    if (read > mostInstances) throw new KalendsError("object-too-large", `A series has more than ${mostInstances} instances of its own`);
    pageToken = page.nextPageToken;
  }
  const living = found.find((event) => event.id === id && event.status !== "cancelled") ?? null;
  const instances = found.filter((event) => event.id !== id);
  if (living === null && instances.length === 0) return null;
  return { parts: { id, master: living, instances }, calendarZone: resolveZone(zone ?? "") };
}

/** What an instance says of its series when it is asked for by itself. A list may tell no more of a cancelled one than which it is. */
async function uidByInstance(line: GoogleLine, query: SeriesQuery, known: SeriesParts): Promise<string> {
  const id = known.instances[0]?.id;
  const instance = id === undefined ? null : await getEvent(line, query.calendar, id, { fields: query.fields });
  if (instance?.iCalUID === undefined) throw new KalendsError("object-invalid", "Nothing tells what else there is of a series");
  return instance.iCalUID;
}

/** No series that anybody keeps has more. */
const mostInstances = 20_000;
