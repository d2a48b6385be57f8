import { assertZone } from "@kalends/ical";
import { jsonAnswer, type Answer } from "../answer.ts";
import { bodyOf, type Call } from "../call.ts";
import { offsetText, instantOf } from "../events/event-time.ts";
import { readSelection, selectEvents } from "../events/select-events.ts";
import { badBody } from "../google-refused.ts";
import { Query } from "../query.ts";
import type { EventResource } from "../wire.ts";
import type { CalendarStore } from "./calendar-store.ts";

interface Span {
  from: number;
  to: number;
}

const mostCalendars = 50;

/** `freebusy.query` */
export function answerFreeBusy(call: Call): Answer {
  const body = bodyOf(call);
  const zone = typeof body["timeZone"] === "string" ? body["timeZone"] : "UTC";
  try {
    assertZone(zone);
  } catch {
    throw badBody("invalid", "Invalid time zone.");
  }
  const query = new Query(new URLSearchParams({ timeMin: String(body["timeMin"] ?? ""), timeMax: String(body["timeMax"] ?? "") }));
  const from = query.instant("timeMin") ?? 0;
  const to = query.instant("timeMax") ?? 0;
  if (from >= to) throw badBody("timeRangeEmpty", "The specified time range is empty.");
  if (to - from > call.state.features.freeBusyMs) throw badBody("timeRangeTooLong", "The requested time range is too long.");
  if (!Array.isArray(body["items"])) throw badBody("required", "Missing items.");
  const most = Math.min(mostCalendars, typeof body["calendarExpansionMax"] === "number" ? body["calendarExpansionMax"] : mostCalendars);
  const ids = (body["items"] as { id?: unknown }[]).map((item) => String(item?.id ?? ""));
  const calendars = ids.map((id, index): [string, unknown] => [id, index < most ? answerOne(call, id, { from, to }, zone) : failed("tooManyCalendarsRequested")]);
  return jsonAnswer(200, { kind: "calendar#freeBusy", timeMin: new Date(from).toISOString(), timeMax: new Date(to).toISOString(), calendars: Object.fromEntries(calendars) });
}

function failed(reason: string): unknown {
  return { errors: [{ domain: "global", reason }], busy: [] };
}

function answerOne(call: Call, id: string, range: Span, zone: string): unknown {
  const calendar = call.state.calendars.get(id === "primary" ? call.caller.user.email : id);
  if (!calendar?.access.has(call.caller.user.email)) return failed("notFound");
  const busy = busySpans(calendar, range).map(({ from, to }) => ({ start: offsetText(from, zone), end: offsetText(to, zone) }));
  return { busy };
}

/** Merged busy times of a calendar inside a range. */
function busySpans(calendar: CalendarStore, range: Span): Span[] {
  const zone = calendar.details.timeZone;
  const selection = { ...readSelection(new Query(new URLSearchParams({ singleEvents: "true" }))), ...range };
  const spans: Span[] = [];
  for (const event of selectEvents(calendar, selection, range.to)) {
    if (!blocks(event, calendar.owner) || !event.start || !event.end) continue;
    const from = Math.max(range.from, instantOf(event.start, zone));
    const to = Math.min(range.to, instantOf(event.end, zone));
    if (from < to) spans.push({ from, to });
  }
  spans.sort((left, right) => left.from - right.from);
  const merged: Span[] = [];
  for (const span of spans) {
    const last = merged.at(-1);
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else merged.push({ ...span });
  }
  return merged;
}

function blocks(event: EventResource, owner: string): boolean {
  if (event.status === "cancelled" || event.transparency === "transparent") return false;
  return !event.attendees?.some((attendee) => attendee.email === owner && attendee.responseStatus === "declined");
}
