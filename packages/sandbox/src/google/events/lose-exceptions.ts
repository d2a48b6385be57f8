import type { CalendarStore } from "../calendars/calendar-store.ts";
import type { GoogleState } from "../google-state.ts";
import type { EventResource } from "../wire.ts";
import { sameTime } from "./event-time.ts";
import { expandSeries } from "./expand-series.ts";
import { nextEtag } from "./next-etag.ts";

const near = 2 * 86_400_000;

/** Exceptions whose instance the changed series no longer has go with the old series; all of them, where the series is gone. */
export function loseExceptions(state: GoogleState, calendar: CalendarStore, master: EventResource): void {
  for (const exception of calendar.exceptionsOf(master.id)) {
    const original = exception.originalStartTime;
    const at = Date.parse(original?.date ?? original?.dateTime ?? "");
    const around = master.status === "cancelled" ? [] : expandSeries(master, { from: at - near, to: at + near }, calendar.details.timeZone);
    if (!around.some((instance) => sameTime(instance.original, original))) reduceToId(state, calendar, exception);
  }
}

/** Of an exception whose series ended, nothing but the id stays. */
function reduceToId(state: GoogleState, calendar: CalendarStore, exception: EventResource): void {
  const at = state.clock.now();
  calendar.forget(exception.id);
  const { id, eventType, created, sequence } = exception;
  const times = { created, updated: new Date(at).toISOString() };
  calendar.put({ kind: "calendar#event", id, etag: nextEtag(state), status: "cancelled", iCalUID: `${id}@google.com`, eventType, sequence, ...times }, at);
}
