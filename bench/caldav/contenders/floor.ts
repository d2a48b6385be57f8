// A floor, not a product: fetch in pages of 500, scan the XML with a pattern, parse what a calendar needs, write rows into SQLite. It knows no
// namespaces, no broken input, no encryption, no change feed, no busy spans, no recurrence, no zones, and trusts the server in everything.
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { reportOwnUsage } from "../../measure/own-usage.ts";
import { hrefOf, multigetBody, readNotes, readTask, ResponseCutter, sendReport, syncBody, writeNotes } from "../contender.ts";

const columns =
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

function rowOf(response: string): SQLInputValue[] {
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

const task = readTask();
await reportOwnUsage(async () => {
  const database = new DatabaseSync(join(task.folder, "floor.db"));
  for (const pragma of ["journal_mode = wal", "synchronous = full", "temp_store = memory"]) database.exec(`pragma ${pragma}`);
  const names = columns.split(" ");
  database.exec(`create table if not exists event (${names.map((name) => `${name} ${name === "href" ? "text primary key" : ""}`).join(", ")})`);
  database.exec("create index if not exists by_start on event (starts, ends); create index if not exists by_uid on event (uid)");
  database.exec("create index if not exists by_status on event (status, transparent)");
  const upsert = database.prepare(`insert or replace into event values (${names.map(() => "?").join(",")})`);

  const hrefs: string[] = [];
  const list = new ResponseCutter((response) => hrefs.push(hrefOf(response)));
  await sendReport(task, "0", syncBody(readNotes<{ token: string }>(task)?.token ?? ""), list.push);
  let written = 0;
  for (let at = 0; at < hrefs.length; at += 500) {
    database.exec("begin");
    const page = new ResponseCutter((response) => {
      upsert.run(...rowOf(response));
      written += 1;
    });
    await sendReport(task, "1", multigetBody(hrefs.slice(at, at + 500)), page.push);
    database.exec("commit");
  }
  writeNotes(task, { token: list.token() });
  database.close();
  return { items: written };
});
