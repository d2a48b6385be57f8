import type { calendar_v3 } from "@googleapis/calendar";

export interface GoogleItem {
  master: calendar_v3.Schema$Event;
  overrides: { originalStart: string; body: calendar_v3.Schema$Event }[];
}

/** What a person with Google Calendar open would type in for one of the suite's small iCalendar texts. Throws for tasks, which Google has elsewhere. */
export function toGoogleItem(text: string): GoogleItem {
  if (text.includes("BEGIN:VTODO")) throw new Error("Google Calendar holds no tasks");
  const [first = "", ...others] = text.split("BEGIN:VEVENT").slice(1);
  const recurrence = first.split(/\r?\n/).filter((line) => /^(?:RRULE|EXDATE|RDATE)/.test(line));
  return {
    master: { ...bodyOf(first), iCalUID: lineOf(first, "UID") ?? "", ...(recurrence.length === 0 ? {} : { recurrence }) },
    overrides: others.map((part) => ({ originalStart: instantOf(lineOf(part, "RECURRENCE-ID") ?? ""), body: bodyOf(part) })),
  };
}

function bodyOf(part: string): calendar_v3.Schema$Event {
  const at = (name: string): { dateTime: string; timeZone: string } => ({ dateTime: instantOf(lineOf(part, name) ?? ""), timeZone: "UTC" });
  return { summary: lineOf(part, "SUMMARY") ?? "", start: at("DTSTART"), end: at("DTEND") };
}

function lineOf(part: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\r?$`, "m").exec(part)?.[1];
}

function instantOf(stamp: string): string {
  return stamp.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, "$1-$2-$3T$4:$5:$6Z");
}
