import { KalendsError, type PassKind, type PullRequest, type QuarantinedItem, type RemoteKey } from "@kalends/model";
import { readCursor, type CalendarCursor, type SyncCursor } from "./calendar-cursor.ts";
import { readCollectionMarks, type CollectionMarks } from "./collection-marks.ts";
import type { DavLine } from "./dav-line.ts";
import { canonicalPath } from "./href.ts";
import { ItemCollector } from "./item-collector.ts";
import { noItems, type ItemList } from "./item-list.ts";
import type { ListedItem } from "./listed-item.ts";
import { listBySlices } from "./list-by-slices.ts";
import { listMembers, type MemberList } from "./member-list.ts";
import { readSyncChanges, type SyncChanges } from "./sync-report.ts";

/** A pass that is under way: what is to be looked at, and where the next pass starts. */
export interface OpenPass {
  kind: PassKind;
  /** Members to look at, in key order. */
  items: ItemList;
  /** Members that are read even at their stored revision: the server said that they changed. */
  mustRead: ReadonlySet<RemoteKey>;
  removed: RemoteKey[];
  forbidden: QuarantinedItem[];
  cursor: CalendarCursor;
  /** Some item was listed and not handed out; set while the pages are read. */
  missed?: boolean;
}

/** What `openPass` works on. */
interface PassContext {
  line: DavLine;
  url: string;
  request: PullRequest;
}

const hour = 3_600_000;
/** After this long on a lower step of the ladder the highest one is tried again. */
const climbAfterMs = 7 * 24 * hour;
/** So often a calendar is listed although its token says that nothing changed. */
export const listEveryMs: number = 24 * hour;
/** So often a token's silence is compared with the collection's own mark. */
const checkEveryMs = hour;
/** A delta of more items than this is checked against a listing: some servers answer a dead token with all they have. */
const mostBelieved = 100;
/** From so many items on, a delta of which half stands at its stored revision is taken for such a list. */
const fewestDoubted = 5;

/** Answers of a server to its first sync-collection that mean "not this way"; a listing then tells what is really the matter. */
const notThisWay: ReadonlySet<string> = new Set([
  "permission-denied",
  "answer-invalid",
  "server-error",
  "cursor-expired",
  "calendar-gone",
  "not-calendar-data",
  "response-too-large",
]);

/** Failures of a look at the calendar that explain the refusal of a token better than the token does. */
const blamesServer: ReadonlySet<string> = new Set([
  ...["server-error", "rate-limited", "network-unreachable", "network-timeout", "response-incomplete", "not-calendar-data"],
  ...["auth-failed", "app-password-needed", "auth-unsupported", "permission-denied", "calendar-gone", "aborted"],
]);

/**
 * Starts a pass on the highest step of the ladder that the server can take: sync-collection, then ctag with listing, then listing alone.
 * Throws `cursor-expired` where the position is dead.
 */
export async function openPass(line: DavLine, url: string, request: PullRequest): Promise<OpenPass> {
  const context: PassContext = { line, url, request };
  const now = line.clock.now();
  const thorough = request.thorough === true;
  const cursor = request.cursor === null ? null : readCursor(request.cursor);
  if (request.cursor !== null && cursor === null) throw new KalendsError("cursor-expired", "The position was not written by this adapter");
  const trySync = request.calendar.hints["sync"] !== "no";
  if (cursor === null) return trySync && !thorough ? await firstPass(context) : await listingPass(context, { token: trySync ? "" : null });
  if (cursor.level === "sync") {
    // A token can be answered with "nothing new" for ever; the second opinion is a listing, which knows nothing of tokens.
    const due = cursor.listed !== null && now - cursor.listed > listEveryMs;
    return thorough || due ? await listingPass(context, { token: cursor.token }) : await deltaPass(context, cursor);
  }
  if (trySync && now - cursor.since > climbAfterMs && !thorough) return await firstPass(context);
  if (cursor.level === "etag" || thorough) return await listingPass(context, { token: null, since: cursor.since });
  const marks = await readCollectionMarks(line, url);
  if (marks.ctag === cursor.ctag) return { kind: "delta", items: noItems, mustRead: new Set(), removed: [], forbidden: [], cursor };
  return await listingPass(context, { token: null, since: cursor.since, marks });
}

async function deltaPass(context: PassContext, cursor: SyncCursor): Promise<OpenPass> {
  const { line, url } = context;
  const changes = await readSyncChanges(line, url, cursor.token).catch((thrown: unknown) => blameToken(context, thrown));
  const now = line.clock.now();
  const next: SyncCursor = { ...cursor, token: changes.token, listed: cursor.listed ?? now };
  const { items, removed, forbidden } = changes;
  const delta: OpenPass = { kind: "delta", items, mustRead: new Set(), removed, forbidden, cursor: next };
  if (changes.items.length + changes.removed.length > 0) {
    if (await isDoubtful(context, cursor, changes)) {
      const named = changes.items.length <= mostBelieved ? Array.from(changes.items, (item) => item.key) : [];
      return await listingPass(context, { token: changes.token, mustRead: new Set(named) });
    }
    // The mark is read after the changes: what happens in between is reported with the next token.
    return { ...delta, cursor: { ...next, ctag: (await marksOrNone(line, url)).ctag, checked: now } };
  }
  if (cursor.checked !== null && now - cursor.checked <= checkEveryMs) return delta;
  const marks = await marksOrNone(line, url);
  if (cursor.ctag !== null && marks.ctag !== null && marks.ctag !== cursor.ctag) return await listingPass(context, { token: changes.token, marks });
  return { ...delta, cursor: { ...next, ctag: marks.ctag, checked: now } };
}

/**
 * A refused token is a dead token only where the calendar itself answers: a server that is down as a whole refuses everything, and a
 * position given up for that would have to be paid for with a whole reading.
 */
async function blameToken({ line, url }: PassContext, thrown: unknown): Promise<never> {
  if (!(thrown instanceof KalendsError) || thrown.code !== "cursor-expired") throw thrown;
  try {
    await readCollectionMarks(line, url);
  } catch (other) {
    if (other instanceof KalendsError && blamesServer.has(other.code)) throw other;
  }
  throw thrown;
}

/** Servers that do not know a token any more, and do not say so, answer with a list of everything and name no removals. */
async function isDoubtful({ request }: PassContext, cursor: SyncCursor, { items, token }: SyncChanges): Promise<boolean> {
  if (items.length > mostBelieved) return true;
  // The same token again: a server whose tokens are seconds repeats what happened in that second.
  if (items.length < fewestDoubted || token === cursor.token) return false;
  const named = [...items];
  const stored = await request.revisionsOf(named.map((item) => item.key));
  const unchanged = named.filter((item) => item.revision !== null && stored.get(item.key) === item.revision);
  return unchanged.length * 2 >= items.length;
}

async function firstPass(context: PassContext): Promise<OpenPass> {
  const { line, url } = context;
  const marks = await marksOrNone(line, url);
  try {
    const all = await readSyncChanges(line, url, "");
    const now = line.clock.now();
    const cursor: CalendarCursor = { level: "sync", token: all.token, ctag: marks.ctag, checked: now, listed: now };
    // Some servers name long gone members in a first list; a snapshot needs no removals.
    return await withOwnWrites(context, { kind: "snapshot", items: all.items, mustRead: new Set(), removed: [], forbidden: all.forbidden, cursor });
  } catch (thrown) {
    if (!(thrown instanceof KalendsError) || !notThisWay.has(thrown.code)) throw thrown;
    // Too many members for one list: changes from now on are few, so the token is good for them.
    return await listingPass(context, { token: thrown.code === "response-too-large" ? "" : null });
  }
}

interface ListingOptions {
  /** Token to go on with where the server's own mark names none; `null`: sync-collection is not to be used. */
  token: string | null;
  since?: number;
  marks?: CollectionMarks;
  mustRead?: ReadonlySet<RemoteKey>;
}

/** The marks are read before the listing: what changes in between is then reported once more instead of never. */
async function listingPass(context: PassContext, how: ListingOptions): Promise<OpenPass> {
  const { line, url } = context;
  const marks = how.marks ?? (await readCollectionMarks(line, url));
  const now = line.clock.now();
  const { items, forbidden } = await listSomehow(line, url);
  const token = how.token === null ? null : (marks.syncToken ?? (how.token === "" ? null : how.token));
  const since = how.since ?? now;
  const lower: CalendarCursor = marks.ctag === null ? { level: "etag", since } : { level: "ctag", since, ctag: marks.ctag };
  const cursor: CalendarCursor = token === null ? lower : { level: "sync", token, ctag: marks.ctag, checked: now, listed: now };
  return await withOwnWrites(context, { kind: "snapshot", items, mustRead: how.mustRead ?? new Set(), removed: [], forbidden, cursor });
}

async function listSomehow(line: DavLine, url: string): Promise<MemberList> {
  try {
    return await listMembers(line, url);
  } catch (thrown) {
    if (!(thrown instanceof KalendsError) || thrown.code !== "response-too-large") throw thrown;
    return { items: await listBySlices(line, url), forbidden: [] };
  }
}

/**
 * Some servers take minutes until a listing shows what was just written. Such an item is kept for a while, and the next pass lists again,
 * so that a real removal is seen then.
 */
async function withOwnWrites({ line, url, request }: PassContext, pass: OpenPass): Promise<OpenPass> {
  const { writes } = line.account;
  const recent = writes.recentBelow(`${canonicalPath(new URL(url).pathname).replace(/\/+$/, "")}/`);
  if (recent.length === 0) return pass;
  const created = new Set(recent.map(({ key }) => key));
  const listed = new Set<RemoteKey>();
  for (const { key } of pass.items) if (created.has(key)) listed.add(key);
  const hidden: RemoteKey[] = [];
  for (const { key, seen } of recent) {
    // What was there once, and is not handed out now either, was deleted by somebody.
    if (listed.has(key) || (seen && !(await isThere(line, url, key)))) writes.forget(key);
    else hidden.push(key);
  }
  if (hidden.length === 0) return pass;
  const stored = await request.revisionsOf(hidden);
  const kept = hidden.flatMap((key): ListedItem[] => {
    const revision = stored.get(key);
    return revision === undefined ? [] : [{ key, wire: key, revision }];
  });
  if (kept.length === 0) return pass;
  const { cursor } = pass;
  const again: CalendarCursor = cursor.level === "sync" ? { ...cursor, listed: 0 } : { level: "etag", since: cursor.since };
  const all = new ItemCollector();
  for (const item of pass.items) all.add(item);
  for (const item of kept) all.add(item);
  return { ...pass, items: all.finish(), cursor: again };
}

async function isThere(line: DavLine, url: string, key: RemoteKey): Promise<boolean> {
  const response = await line.send({ method: "GET", url: new URL(url).origin + key });
  await response.discard();
  return response.status !== 404 && response.status !== 410;
}

/** The marks where they can be had; what concerns the login, the network or the calendar itself is thrown. */
async function marksOrNone(line: DavLine, url: string): Promise<CollectionMarks> {
  try {
    return await readCollectionMarks(line, url);
  } catch (thrown) {
    if (!(thrown instanceof KalendsError) || thrown.code === "calendar-gone" || !notThisWay.has(thrown.code)) throw thrown;
    return { syncToken: null, ctag: null };
  }
}
