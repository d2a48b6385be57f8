import { KalendsError, type CalendarObject } from "@kalends/model";
import { completeSeries } from "../events/complete-series.ts";
import { writableFields } from "../events/event-fields.ts";
import { getEvent } from "../events/event-list.ts";
import { isEventId } from "../events/google-event.ts";
import { readSeries, type SeriesParts } from "../events/read-series.ts";
import type { GoogleLine } from "../google-line.ts";

/** Where a write goes. */
export interface WriteDesk {
  line: GoogleLine;
  calendar: string;
  /** IANA zone of the calendar. */
  calendarZone: string | null;
}

/** An item as Google holds it now. */
export interface CurrentItem {
  parts: SeriesParts;
  object: CalendarObject;
}

/** A key that may stand in an address below the calendar. Throws `invalid-argument`. */
export function checkKey(remoteKey: string): string {
  if (!isEventId(remoteKey)) throw new KalendsError("invalid-argument", "`remoteKey` is no id of an event in this calendar");
  return remoteKey;
}

/** The item with all its instances; `null` where it is not there or was deleted. Throws `object-invalid` where it cannot be read. */
export async function readCurrent({ line, calendar, calendarZone }: WriteDesk, id: string): Promise<CurrentItem | null> {
  const event = await getEvent(line, calendar, id, { fields: writableFields });
  if (event === null || event.status === "cancelled") return null;
  const alone: SeriesParts = { id, master: event, instances: [] };
  const list = { singleEvents: "false", maxResults: "2500", fields: `nextPageToken,timeZone,items(${writableFields})` };
  const whole = event.recurrence.length === 0 ? alone : ((await completeSeries(line, { calendar, list, fields: writableFields }, alone))?.parts ?? null);
  if (whole === null) return null;
  const read = readSeries(whole, calendarZone);
  if (read === null) return null;
  if ("quarantined" in read) throw new KalendsError("object-invalid", read.quarantined.reason);
  return { parts: whole, object: read.object };
}
