import type { AdditionalTime, CalendarEvent, EventTime, EventTiming } from "@kalends/model";

/** Every time that an event names. */
export function eventTimes(event: EventTiming): EventTime[] {
  const times: (EventTime | undefined)[] = [event.recurrenceId, event.start, event.end, ...(event.excludedTimes ?? [])];
  for (const extra of event.additionalTimes ?? []) times.push(extra.start, extra.end);
  return times.filter((time) => time !== undefined);
}

/** A copy of the event in which every time went through `change`. */
export function withTimes(event: CalendarEvent, change: (time: EventTime) => EventTime): CalendarEvent {
  const copy: CalendarEvent = { ...event, start: change(event.start) };
  if (event.recurrenceId !== undefined) copy.recurrenceId = change(event.recurrenceId);
  if (event.end !== undefined) copy.end = change(event.end);
  if (event.excludedTimes !== undefined) copy.excludedTimes = event.excludedTimes.map(change);
  if (event.additionalTimes !== undefined) {
    copy.additionalTimes = event.additionalTimes.map((extra): AdditionalTime => ({
      ...extra,
      start: change(extra.start),
      ...(extra.end === undefined ? {} : { end: change(extra.end) }),
    }));
  }
  return copy;
}
