import type { CalendarEvent, CalendarObject, EventTiming, StoredTiming } from "@kalends/model";

/** An event's timing alone: no UID, no content, no dates of creation and change. Absent parts stay absent. */
export function timingOf(event: CalendarEvent): EventTiming {
  const { uid: _uid, content: _content, created: _created, lastModified: _lastModified, ...timing } = event;
  return timing;
}

/** What an object's `timing` column holds. */
export function storedTiming(object: CalendarObject): StoredTiming {
  const events = object.events.map(timingOf);
  return object.zones === undefined || object.zones.length === 0 ? { events } : { events, zones: object.zones };
}
