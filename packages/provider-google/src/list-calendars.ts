import { KalendsError, type RemoteCalendar } from "@kalends/model";
import { resolveZone } from "@kalends/ical";
import type { GoogleLine } from "./google-line.ts";
import { asRecord, flagOf, listOf, textOf, type JsonRecord } from "./json-shape.ts";

const fields = "nextPageToken,items(id,summary,summaryOverride,timeZone,backgroundColor,accessRole,primary,hidden,selected,deleted)";
const mostPages = 100;

/** What a login may do in a calendar (`accessRole`), from least to most. */
export type AccessRole = "freeBusyReader" | "reader" | "writer" | "owner";

/**
 * Every calendar of the login's list, hidden ones included: hiding one in Google's sidebar ends nobody's need to know when it is busy.
 * Complete, or it throws. Google's sync tokens for this list are not used: the whole of it is one request for 250 calendars.
 */
export async function listCalendars(line: GoogleLine): Promise<RemoteCalendar[]> {
  const found = new Map<string, RemoteCalendar>();
  for (let pageToken: string | undefined, pages = 0; ; pages += 1) {
    const query = { maxResults: "250", showHidden: "true", fields, ...(pageToken === undefined ? {} : { pageToken }) };
    const body = await line.ask({ method: "GET", path: "users/me/calendarList", query, place: "list" });
    const items = listOf(body, "items");
    // Every login has its primary calendar, so a first answer without a list is none; an empty page further on leaves its list out.
    if (items === null || (items === undefined && pages === 0)) throw new KalendsError("answer-invalid", "Google's answer is no calendar list");
    for (const item of items ?? []) {
      const calendar = readCalendar(asRecord(item));
      if (calendar !== null) found.set(calendar.remoteKey, calendar);
    }
    const next = textOf(body, "nextPageToken");
    if (next === undefined) return [...found.values()];
    if (next === pageToken || pages >= mostPages) throw new KalendsError("answer-invalid", "Google's calendar list makes no progress");
    pageToken = next;
  }
}

function readCalendar(entry: JsonRecord | null): RemoteCalendar | null {
  const id = textOf(entry, "id");
  if (entry === null || id === undefined || /\p{Surrogate}/u.test(id)) throw new KalendsError("answer-invalid", "Google's calendar list holds an entry without an id");
  if (flagOf(entry, "deleted")) return null;
  const role = textOf(entry, "accessRole") ?? "reader";
  const timeZone = resolveZone(textOf(entry, "timeZone") ?? "");
  const hints: Record<string, string> = { access: role };
  if (flagOf(entry, "primary")) hints["primary"] = "yes";
  if (flagOf(entry, "hidden")) hints["hidden"] = "yes";
  if (flagOf(entry, "selected")) hints["selected"] = "yes";
  if (timeZone !== null) hints["timeZone"] = timeZone;
  return {
    remoteKey: id,
    name: textOf(entry, "summaryOverride") ?? textOf(entry, "summary") ?? id,
    color: textOf(entry, "backgroundColor") ?? null,
    timeZone,
    readOnly: role !== "owner" && role !== "writer",
    hints,
  };
}
