import { createHash } from "node:crypto";
import { KalendsError, type CalendarObject, type EventTime, type PulledPage, type PullRequest, type TimeRange } from "@kalends/model";
import type { GoogleLine } from "./google-line.ts";
import { asRecord, listOf, recordOf, textOf } from "./json-shape.ts";

/** The longest range of one question: Google refuses ranges of some months with `timeRangeTooLong`. */
const dayMs = 86_400_000;
const sliceMs = 60 * dayMs;
const cursorPattern = /^busy:[\w-]{22}$/;

/**
 * A calendar of which only busy times may be read: `freebusy.query` over the window, as a snapshot whose items are the busy periods. What did
 * not change is an empty delta.
 */
export async function pullBusyPage(line: GoogleLine, request: PullRequest): Promise<PulledPage> {
  const periods = joined(await readPeriods(line, request.calendar.remoteKey, wholeDays(request.window)));
  const digest = createHash("sha256").update(JSON.stringify(periods)).digest("base64url").slice(0, 22);
  const nextCursor = `busy:${digest}`;
  const base = { removed: [], quarantined: [], nextPageToken: null, nextCursor };
  const known = request.cursor;
  if (known !== null && !cursorPattern.test(known)) throw new KalendsError("cursor-expired", "The position is none of a free-busy calendar");
  if (known === nextCursor && request.thorough !== true) return { pass: "delta", objects: [], present: [], ...base };
  const objects = periods.map(objectOf);
  const stored = await request.revisionsOf(objects.map(({ remoteKey }) => remoteKey));
  return {
    pass: "snapshot",
    objects: objects.filter(({ remoteKey, revision }) => stored.get(remoteKey) !== revision),
    present: objects.filter(({ remoteKey, revision }) => stored.get(remoteKey) === revision).map(({ remoteKey }) => remoteKey),
    ...base,
    expectedItems: objects.length,
  };
}

/** Google cuts periods at the ends of the range. Whole days keep these ends, and with them the periods there, the same for a day. */
function wholeDays({ from, to }: TimeRange): TimeRange {
  return { from: Math.floor(from / dayMs) * dayMs, to: Math.ceil(to / dayMs) * dayMs };
}

async function readPeriods(line: GoogleLine, calendar: string, window: TimeRange): Promise<TimeRange[]> {
  const periods: TimeRange[] = [];
  for (let from = window.from; from < window.to; from += sliceMs) {
    const body = { timeMin: iso(from), timeMax: iso(Math.min(from + sliceMs, window.to)), items: [{ id: calendar }] };
    const fields = "calendars";
    const answer = recordOf(await line.ask({ method: "POST", path: "freeBusy", query: { fields }, body, place: "list" }), "calendars");
    // Google answers under the id that was asked for.
    const entry = answer === null ? null : recordOf(answer, calendar);
    if (entry === null) throw new KalendsError("answer-invalid", "Google's free-busy answer does not name the calendar");
    throwProblem(listOf(entry, "errors"));
    const busy = listOf(entry, "busy");
    if (busy === null) throw new KalendsError("answer-invalid", "Google's free-busy answer holds no list of periods");
    for (const period of busy ?? []) periods.push(readPeriod(period));
  }
  return periods;
}

/** Errors of single calendars stand inside a 200. */
function throwProblem(errors: readonly unknown[] | null | undefined): void {
  const [first] = errors ?? [];
  if (first === undefined) return;
  const reason = textOf(asRecord(first), "reason") ?? "";
  const said = `Google's free-busy answer refuses the calendar${/^[A-Za-z]{1,64}$/.test(reason) ? ` (${reason})` : ""}`;
  if (reason === "notFound") throw new KalendsError("calendar-gone", said);
  if (reason === "forbidden") throw new KalendsError("permission-denied", said);
  throw new KalendsError("server-error", said);
}

function readPeriod(value: unknown): TimeRange {
  const record = asRecord(value);
  const [from, to] = [instant(textOf(record, "start")), instant(textOf(record, "end"))];
  if (from === null || to === null || to < from) throw new KalendsError("answer-invalid", "Google's free-busy answer holds a period without its times");
  return { from, to };
}

function instant(text: string | undefined): number | null {
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i.test(text)) return null;
  const ms = Date.parse(text);
  return Number.isFinite(ms) ? ms : null;
}

/** Periods in order, with those that touch or overlap made one: a slice's border must not cut what is whole. */
function joined(periods: readonly TimeRange[]): TimeRange[] {
  const result: TimeRange[] = [];
  for (const period of [...periods].sort((one, other) => one.from - other.from)) {
    const last = result.at(-1);
    if (last !== undefined && period.from <= last.to) last.to = Math.max(last.to, period.to);
    else result.push({ ...period });
  }
  return result;
}

/** A period has no name of its own: its times are its identity, so that one that stays is never told as new. */
function objectOf({ from, to }: TimeRange): CalendarObject {
  const remoteKey = `busy-${from}-${to}`;
  const time = (ms: number): EventTime => ({ kind: "utc", value: iso(ms).slice(0, 19) });
  return {
    remoteKey,
    revision: "1",
    uid: `${remoteKey}@google.com`,
    events: [{ uid: `${remoteKey}@google.com`, start: time(from), end: time(to), status: "confirmed", transparent: false, visibility: "public" }],
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
