import { KalendsError, type ErrorCode, type PulledPage, type PullRequest, type RemoteKey } from "@kalends/model";
import { resolveZone } from "@kalends/ical";
import { completeSeries, type SeriesQuery, type WholeSeries } from "./events/complete-series.ts";
import { eventQuery, reachLetters } from "./events/event-fields.ts";
import { getEvent, listEvents, type EventPage } from "./events/event-list.ts";
import type { GoogleEvent } from "./events/google-event.ts";
import { readSeries, revisionOf, type SeriesParts } from "./events/read-series.ts";
import { readCursor, writeCursor } from "./google-cursor.ts";
import type { GoogleLine } from "./google-line.ts";
import { GooglePass } from "./google-pass.ts";

/** Most series of a delta that are completed one by one; where more changed, listing the whole calendar takes fewer requests. */
const mostCompletions = 50;
/** Series that one page of a delta completes, and how many are asked for at the same time. */
const completionsPerPage = 20;
const parallel = 4;

const memoKey = "google-pass";

/**
 * One page. Pages of single events are handed on as Google cuts them; whatever belongs to a series waits until the last of them, so that
 * master, changed and cancelled instances stand in one item. The whole calendar is read, not its window: a sync token takes no times.
 */
export async function pullEvents(line: GoogleLine, request: PullRequest, pageSize: number): Promise<PulledPage> {
  const { pageToken } = request;
  if (pageToken === null) return await listPage(line, request, openPass(request, pageSize), null);
  const pass = request.memo.get(memoKey);
  if (!(pass instanceof GooglePass)) throw new KalendsError("invalid-argument", "`pageToken` belongs to another pass");
  const [kind, rest = ""] = [pageToken.slice(0, pageToken.indexOf(":")), pageToken.slice(pageToken.indexOf(":") + 1)];
  if (kind === "list") return await listPage(line, request, pass, rest);
  if (kind === "series" && /^\d+$/.test(rest)) return await seriesPage(line, request, pass, Number(rest));
  throw new KalendsError("invalid-argument", "`pageToken` belongs to another pass");
}

function openPass(request: PullRequest, pageSize: number): GooglePass {
  const reach = reachLetters(request.reach);
  const cursor = request.cursor === null ? null : readCursor(request.cursor);
  if (request.cursor !== null && cursor?.reach !== reach) {
    throw new KalendsError("cursor-expired", cursor === null ? "The position is none of Google's" : "The position is good for another set of fields");
  }
  const pass = new GooglePass(cursor, reach, { calendarZone: resolveZone(request.calendar.hints["timeZone"] ?? ""), pageSize });
  request.memo.set(memoKey, pass);
  return pass;
}

/** The query of the list, which a sync token freezes as a whole. */
function listQuery(request: PullRequest, { cursor, pageSize }: GooglePass): Record<string, string> {
  return { ...frozenQuery(request, pageSize), ...(cursor === null ? {} : { syncToken: cursor.syncToken }) };
}

function frozenQuery(request: PullRequest, pageSize: number): Record<string, string> {
  return { singleEvents: "false", maxResults: String(pageSize), ...eventQuery(request.reach) };
}

async function listPage(line: GoogleLine, request: PullRequest, pass: GooglePass, from: string | null): Promise<PulledPage> {
  const page = await readFitting(line, request, pass, from);
  const { nextPageToken } = page;
  const isEnd = nextPageToken === null;
  if (isEnd && page.nextSyncToken === null && pass.kind === "snapshot") {
    // Without its sync token nothing says that the list is complete, and what it does not name would be swept.
    throw new KalendsError("answer-invalid", "Google's list ends without a sync token");
  }
  const again = isEnd ? await lookAgain(line, request, pass) : [];
  // All that may fail comes first: a page that is asked for once more finds the pass as it was.
  const stored = pass.kind === "delta" ? new Map() : await request.revisionsOf(page.events.map(({ id }) => id));
  const { singles, removed } = pass.take([...page.events, ...again]);
  pass.noteZone(page.timeZone);
  const out = emptyPage(pass);
  for (const single of singles) addItem(out, pass, { id: single.id, master: single, instances: [] }, stored);
  out.removed.push(...removed);
  if (!isEnd) {
    pass.goOn(nextPageToken);
    return { ...out, nextPageToken: `list:${nextPageToken}` };
  }
  pass.end(page.nextSyncToken, page.updated);
  if (pass.series.size === 0) return finish(out, pass, request);
  return { ...out, nextPageToken: "series:0" };
}

/** One page; where it is larger than an answer may be, the list begins again with smaller ones. */
async function readFitting(line: GoogleLine, request: PullRequest, pass: GooglePass, from: string | null): Promise<EventPage> {
  for (let token = from; ; token = null) {
    const query = { ...listQuery(request, pass), ...(token === null ? {} : { pageToken: token }) };
    try {
      return await read(line, request, pass, query, token);
    } catch (thrown) {
      if (!isCode(thrown, "response-too-large") || !pass.shrink()) throw thrown;
    }
  }
}

function isCode(thrown: unknown, code: ErrorCode): boolean {
  return thrown instanceof KalendsError && thrown.code === code;
}

/** A page token that Google does not know any more ends the pass; the next one begins at the beginning. */
async function read(line: GoogleLine, request: PullRequest, pass: GooglePass, query: Record<string, string>, token: string | null): Promise<EventPage> {
  const place = token !== null ? "page" : pass.cursor === null ? "calendar" : "position";
  try {
    return await listEvents(line, request.calendar.remoteKey, query, place);
  } catch (thrown) {
    const isDeadPage = place === "page" && pass.cursor === null && isCode(thrown, "cursor-expired");
    if (isDeadPage) throw new KalendsError("response-incomplete", "Google forgot the page in the middle of the list", { cause: thrown });
    throw thrown;
  }
}

/** Events that changed while the last pass listed them. */
async function lookAgain(line: GoogleLine, request: PullRequest, pass: GooglePass): Promise<GoogleEvent[]> {
  const found: GoogleEvent[] = [];
  for (const id of pass.cursor?.again ?? []) {
    const event = await getEvent(line, request.calendar.remoteKey, id, { fields: itemFields(request) });
    found.push(event ?? { ...gone, id });
  }
  return found;
}

const gone: Omit<GoogleEvent, "id"> = {
  etag: null, status: "cancelled", recurrence: [], endTimeUnspecified: false, transparent: false, hasConference: false, attendees: [],
  attendeesOmitted: false,
};

async function seriesPage(line: GoogleLine, request: PullRequest, pass: GooglePass, from: number): Promise<PulledPage> {
  const waiting = [...pass.series.values()];
  const size = pass.kind === "delta" ? completionsPerPage : pass.pageSize;
  const chunk = waiting.slice(from, from + size);
  const out = emptyPage(pass);
  if (pass.kind === "delta") await completeAll(line, request, pass, { out, chunk, waiting });
  else {
    const stored = await request.revisionsOf(chunk.map(({ id }) => id));
    for (const parts of chunk) addItem(out, pass, parts, stored);
  }
  const next = from + chunk.length;
  return next < waiting.length ? { ...out, nextPageToken: `series:${next}` } : finish(out, pass, request);
}

interface Completing {
  out: PulledPage;
  chunk: SeriesParts[];
  waiting: SeriesParts[];
}

async function completeAll(line: GoogleLine, request: PullRequest, pass: GooglePass, { out, chunk, waiting }: Completing): Promise<void> {
  if (waiting.filter((parts) => !pass.isWhole(parts)).length > mostCompletions) {
    throw new KalendsError("cursor-expired", `More than ${mostCompletions} series changed; the calendar is read as a whole, which takes fewer requests`);
  }
  const whole: (SeriesParts | string)[] = [];
  for (let at = 0; at < chunk.length; at += parallel) {
    const some = chunk.slice(at, at + parallel);
    whole.push(...(await Promise.all(some.map(async (parts) => {
      if (pass.isWhole(parts)) return parts;
      const found = await complete(line, request, pass, parts);
      return found === null ? parts.id : found.parts;
    }))));
  }
  for (const found of whole) {
    if (typeof found === "string") out.removed.push(found);
    else addItem(out, pass, found, new Map());
  }
}

/** A series that cannot be read by itself, because of its size or because nothing names it, is read with the whole calendar. */
async function complete(line: GoogleLine, request: PullRequest, pass: GooglePass, parts: SeriesParts): Promise<WholeSeries | null> {
  for (;;) {
    const query: SeriesQuery = { calendar: request.calendar.remoteKey, list: frozenQuery(request, pass.pageSize), fields: itemFields(request) };
    try {
      return await completeSeries(line, query, parts);
    } catch (thrown) {
      if (isCode(thrown, "response-too-large") && pass.shrink()) continue;
      if (!isCode(thrown, "object-too-large") && !isCode(thrown, "object-invalid")) throw thrown;
      throw new KalendsError("cursor-expired", "A series that changed cannot be read by itself; the calendar is read as a whole", { cause: thrown });
    }
  }
}

/** The mask of one event: that of a list's items. */
function itemFields(request: PullRequest): string {
  const { fields } = eventQuery(request.reach);
  return fields.slice(fields.indexOf("items(") + "items(".length, -1);
}

function emptyPage(pass: GooglePass): PulledPage {
  return { pass: pass.kind, objects: [], present: [], removed: [], quarantined: [], nextPageToken: null, nextCursor: null };
}

/** Puts an item where it belongs: unchanged, read, set aside, or gone. */
function addItem(out: PulledPage, pass: GooglePass, parts: SeriesParts, stored: ReadonlyMap<RemoteKey, string | null>): void {
  const revision = revisionOf(parts);
  if (revision !== null && stored.get(parts.id) === revision) {
    out.present.push(parts.id);
    pass.items += 1;
    return;
  }
  const found = readSeries(parts, pass.calendarZone);
  if (found === null) {
    if (pass.kind === "delta") out.removed.push(parts.id);
    return;
  }
  pass.items += 1;
  if ("object" in found) out.objects.push(found.object);
  else out.quarantined.push(found.quarantined);
}

function finish(out: PulledPage, pass: GooglePass, request: PullRequest): PulledPage {
  request.memo.delete(memoKey);
  const { syncToken, updated, reach, again } = pass;
  // Too many to look at one by one, or no token: the next pass reads the whole.
  const nextCursor = syncToken === null || again.size > mostCompletions ? null : writeCursor({ syncToken, reach, updated, again: [...again] });
  return { ...out, nextCursor, ...(pass.kind === "snapshot" ? { expectedItems: pass.items } : {}) };
}
