import { KalendsError, type PassKind, type PullRequest, type QuarantinedItem, type RemoteKey } from "@kalends/model";
import { readCursor, type CalendarCursor } from "./calendar-cursor.ts";
import { readCollectionMarks } from "./collection-marks.ts";
import type { DavLine } from "./dav-line.ts";
import type { ListedItem } from "./listed-item.ts";
import { listMembers } from "./member-list.ts";
import { readSyncChanges } from "./sync-report.ts";

/** A pass that is under way: what is to be looked at, and where the next pass starts. */
export interface OpenPass {
  kind: PassKind;
  /** Members to look at, in key order. */
  items: ListedItem[];
  removed: RemoteKey[];
  forbidden: QuarantinedItem[];
  cursor: CalendarCursor;
}

/** After this long on a lower step of the ladder the highest one is tried again. */
const climbAfterMs = 7 * 24 * 3_600_000;

/** Answers of a server to its first sync-collection that mean "not this way"; a listing then tells what is really the matter. */
const notThisWay: ReadonlySet<string> = new Set(["permission-denied", "answer-invalid", "server-error", "cursor-expired", "calendar-gone", "not-calendar-data"]);

/**
 * Starts a pass on the highest step of the ladder that the server can take: sync-collection, then ctag with listing, then listing alone.
 * Throws `cursor-expired` where the position is dead.
 */
export async function openPass(line: DavLine, url: string, request: PullRequest): Promise<OpenPass> {
  const thorough = request.thorough === true;
  const cursor = request.cursor === null ? null : readCursor(request.cursor);
  if (request.cursor !== null && cursor === null) throw new KalendsError("cursor-expired", "The position was not written by this adapter");
  const trySync = request.calendar.hints["sync"] !== "no";
  if (cursor === null) return trySync && !thorough ? await firstPass(line, url) : await listingPass(line, url, { allowSync: trySync });
  // A sync-token can be answered with "nothing new" for ever; the second opinion is a listing, which knows nothing of tokens.
  if (cursor.level === "sync") return thorough ? await listingPass(line, url, { allowSync: true }) : await deltaPass(line, url, cursor.token);
  const climb = trySync && line.clock.now() - cursor.since > climbAfterMs;
  if (climb && !thorough) return await firstPass(line, url);
  if (cursor.level === "etag" || thorough) return await listingPass(line, url, { allowSync: false, since: cursor.since });
  const marks = await readCollectionMarks(line, url);
  if (marks.ctag === cursor.ctag) return { kind: "delta", items: [], removed: [], forbidden: [], cursor };
  return await listingPass(line, url, { allowSync: false, since: cursor.since, ctag: marks.ctag });
}

async function deltaPass(line: DavLine, url: string, token: string): Promise<OpenPass> {
  const changes = await readSyncChanges(line, url, token);
  // What is listed and may not be read is left as it is: a delta speaks of changes only.
  return { kind: "delta", items: changes.items, removed: changes.removed, forbidden: [], cursor: { level: "sync", token: changes.token } };
}

async function firstPass(line: DavLine, url: string): Promise<OpenPass> {
  try {
    const all = await readSyncChanges(line, url, "");
    // Some servers name long gone members in a first list; a snapshot needs no removals.
    return { kind: "snapshot", items: all.items, removed: [], forbidden: all.forbidden, cursor: { level: "sync", token: all.token } };
  } catch (thrown) {
    if (!(thrown instanceof KalendsError) || !notThisWay.has(thrown.code)) throw thrown;
    return await listingPass(line, url, { allowSync: false });
  }
}

/** The marks are read before the listing: what changes in between is then reported once more instead of never. */
async function listingPass(line: DavLine, url: string, how: { allowSync: boolean; since?: number; ctag?: string | null }): Promise<OpenPass> {
  const marks = how.ctag === undefined ? await readCollectionMarks(line, url) : { syncToken: null, ctag: how.ctag };
  const since = how.since ?? line.clock.now();
  const { items, forbidden } = await listMembers(line, url);
  return { kind: "snapshot", items, removed: [], forbidden, cursor: nextCursor(marks, how.allowSync, since) };
}

function nextCursor(marks: { syncToken: string | null; ctag: string | null }, allowSync: boolean, since: number): CalendarCursor {
  if (allowSync && marks.syncToken !== null) return { level: "sync", token: marks.syncToken };
  return marks.ctag === null ? { level: "etag", since } : { level: "ctag", since, ctag: marks.ctag };
}
