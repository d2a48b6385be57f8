import type { CalendarObject } from "@kalends/model";

/** What the tests look at of one VEVENT. Times are in UTC, as iCalendar writes them. */
export interface PlainEvent {
  start: string;
  title: string;
  weekly: boolean;
  /** Of an override; else empty. */
  recurrenceId: string;
}

/** A text with nothing in it but those events. */
export function iCalendarText(uid: string, events: readonly PlainEvent[]): string {
  const lines = events.flatMap(({ start, title, weekly, recurrenceId }) => [
    ...["BEGIN:VEVENT", `UID:${uid}`, "DTSTAMP:20260101T000000Z", `DTSTART:${start}`, `DTEND:${start.slice(0, 11)}3000Z`, `SUMMARY:${title}`],
    ...(weekly ? ["RRULE:FREQ=WEEKLY;COUNT=4"] : []),
    ...(recurrenceId === "" ? [] : [`RECURRENCE-ID:${recurrenceId}`]),
    "END:VEVENT",
  ]);
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//two-way//EN", ...lines, "END:VCALENDAR", ""].join("\r\n");
}

/** One line that says which events there are, when, and under which titles: from events, or from the text that a server holds. */
export function eventStates(events: readonly PlainEvent[] | string): string {
  const plain = typeof events === "string" ? readEvents(events) : events;
  return plain.map(({ start, title, weekly, recurrenceId }) => [recurrenceId, start, title, ...(weekly ? ["weekly"] : [])].join(" ").trim()).sort().join(" + ");
}

/** The same of an object that we read. */
export function objectState(object: CalendarObject): string {
  const stamp = (value: string | undefined): string => (value === undefined ? "" : `${value.replaceAll(/[-:]/g, "")}Z`);
  return eventStates(
    object.events.map((event) => ({
      start: stamp(event.start.value),
      title: event.content?.title ?? "",
      weekly: (event.rules?.length ?? 0) > 0,
      recurrenceId: stamp(event.recurrenceId?.value),
    })),
  );
}

/** Shares no code with the reader under test. */
function readEvents(text: string): PlainEvent[] {
  const unfolded = text.replaceAll(/\r?\n[ \t]/g, "");
  return [...unfolded.matchAll(/BEGIN:VEVENT([^]*?)END:VEVENT/g)].map(([, inside = ""]) => {
    const value = (name: string): string => new RegExp(`^${name}(?:;[^:]*)?:(.*?)\\r?$`, "m").exec(inside)?.[1] ?? "";
    return { start: value("DTSTART"), title: value("SUMMARY"), weekly: value("RRULE") !== "", recurrenceId: value("RECURRENCE-ID") };
  });
}
