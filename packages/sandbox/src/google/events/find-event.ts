import type { CalendarStore } from "../calendars/calendar-store.ts";
import type { EventResource } from "../wire.ts";
import { findInstance, type SeriesInstance } from "./expand-series.ts";

/** An event of the calendar, or an instance that only its master's rule yields. */
export interface FoundEvent {
  event: EventResource;
  /** Set where nothing of its own is stored. */
  virtual: boolean;
}

/** Finds an event by id, stored or yielded by a rule. */
export function findEvent(calendar: CalendarStore, id: string): FoundEvent | null {
  const stored = calendar.find(id);
  if (stored) return { event: stored, virtual: false };
  const cut = id.lastIndexOf("_");
  const master = cut > 0 ? calendar.find(id.slice(0, cut)) : undefined;
  if (!master?.recurrence || master.status === "cancelled") return null;
  const instance = findInstance(master, id, calendar.details.timeZone);
  return instance ? { event: instanceEvent(master, instance), virtual: true } : null;
}

/** An instance as an event of its own: the master's fields, its own times. */
export function instanceEvent(master: EventResource, instance: SeriesInstance): EventResource {
  const { recurrence: _recurrence, ...fields } = master;
  return { ...fields, id: instance.id, start: instance.start, end: instance.end, recurringEventId: master.id, originalStartTime: instance.original };
}
