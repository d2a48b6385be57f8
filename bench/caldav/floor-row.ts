import type { SQLInputValue } from "node:sqlite";
import { hrefOf } from "./contender.ts";

/** Of the floor's one table. */
export const columns: string =
  "href etag uid sequence starts start_zone ends end_zone duration all_day recurring rule status transparent class title place " +
  "organizer attendee_count created modified has_alarm recurrence_id warnings json";
const entities: Readonly<Record<string, string>> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&#13;": "\r", "&amp;": "&" };

interface Line {
  name: string;
  parameters: string;
  value: string;
}

function unescaped(text: string): string {
  return text.includes("&") ? text.replace(/&(?:lt|gt|quot|apos|amp|#13);/g, (found) => entities[found] as string) : text;
}

function linesOfEvent(text: string): Line[] {
  const from = text.indexOf("BEGIN:VEVENT");
  const body = text.slice(from, text.indexOf("END:VEVENT", from)).replace(/\r?\n[ \t]/g, "");
  return body.split(/\r?\n/).flatMap((line) => {
    const found = /^([A-Z-]+)((?:;[^:"]*(?:"[^"]*"[^:"]*)*)?):(.*)$/.exec(line);
    return found === null ? [] : [{ name: found[1] as string, parameters: found[2] as string, value: found[3] as string }];
  });
}

export function rowOf(response: string): SQLInputValue[] {
  const etag = /<(?:\w+:)?getetag>([^<]*)</.exec(response)?.[1] ?? "";
  const text = unescaped(/<(?:\w+:)?calendar-data[^>]*>([^<]*)</.exec(response)?.[1] ?? "");
  const lines = linesOfEvent(text);
  const line = (name: string): Line | undefined => lines.find((one) => one.name === name);
  const value = (name: string): string | null => line(name)?.value ?? null;
  const zone = (name: string): string | null => /;TZID=([^;]*)/.exec(line(name)?.parameters ?? "")?.[1] ?? null;
  const people = lines.filter(({ name }) => name === "ATTENDEE");
  const json = JSON.stringify({
    title: value("SUMMARY"),
    description: value("DESCRIPTION"),
    place: value("LOCATION"),
    organizer: value("ORGANIZER"),
    attendees: people.map(({ parameters, value: address }) => ({ parameters, address })),
  });
  return [
    hrefOf(response), etag, value("UID"), Number(value("SEQUENCE") ?? 0), value("DTSTART"), zone("DTSTART"), value("DTEND"), zone("DTEND"),
    value("DURATION"), /VALUE=DATE(?!-)/.test(line("DTSTART")?.parameters ?? "") ? 1 : 0, line("RRULE") === undefined ? 0 : 1, value("RRULE"),
    value("STATUS"), value("TRANSP") === "TRANSPARENT" ? 1 : 0, value("CLASS"), value("SUMMARY"), value("LOCATION"), value("ORGANIZER"), people.length,
    value("CREATED"), value("LAST-MODIFIED"), text.includes("BEGIN:VALARM") ? 1 : 0, value("RECURRENCE-ID"), null, json,
  ];
}
