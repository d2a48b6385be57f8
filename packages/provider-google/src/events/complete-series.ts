import { resolveZone } from "@kalends/ical";
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
 */
export async function completeSeries(line: GoogleLine, query: SeriesQuery, known: SeriesParts): Promise<WholeSeries | null> {
  const { id } = known;
  let master = known.master;
  let uid = master?.iCalUID ?? known.instances.find(({ iCalUID }) => iCalUID !== undefined)?.iCalUID;
  if (uid === undefined) {
    master = await getEvent(line, query.calendar, id, { fields: query.fields });
    uid = master?.iCalUID;
    if (uid === undefined) return master === null || master.status === "cancelled" ? null : { parts: { ...known, master }, calendarZone: null };
  }
  const found: GoogleEvent[] = [];
  let zone: string | null = null;
  for (let pageToken: string | null = null, pages = 0; pages < mostPages; pages += 1) {
    const page = await listEvents(line, query.calendar, { ...query.list, iCalUID: uid, ...(pageToken === null ? {} : { pageToken }) }, "calendar");
    found.push(...page.events.filter((event) => seriesOf(event) === id));
    zone ??= page.timeZone;
    pageToken = page.nextPageToken;
    if (pageToken === null) break;
  }
  const living = found.find((event) => event.id === id && event.status !== "cancelled") ?? null;
  const instances = found.filter((event) => event.id !== id);
  if (living === null && instances.length === 0) return null;
  return { parts: { id, master: living, instances }, calendarZone: resolveZone(zone ?? "") };
}

/** 2,500 instances a page: no series that anybody keeps has more. */
const mostPages = 20;
