import { KalendsError, type CalendarObject, type PulledPage, type PullRequest, type RemoteKey } from "@kalends/model";
import { readFeedCursor, writeFeedCursor, type FeedCursor } from "./feed-cursor.ts";
import { readHeadline, type FeedHeadline } from "./feed-headline.ts";
import { readFeedItems, type FeedItems } from "./feed-items.ts";
import { fetchFeed, type FeedLine } from "./fetch-feed.ts";

const pageSize = 500;
const memoKey = "feed-pass";

/** A snapshot that is under way. */
interface FeedPass {
  items: FeedItems;
  cursor: FeedCursor;
  hints: Record<string, string>;
}

/** What a feed wants to be told back: how often its publisher wants to be asked. */
export function feedHints({ refreshMs }: FeedHeadline): Record<string, string> {
  return refreshMs === null ? {} : { refreshMs: String(refreshMs) };
}

/**
 * One page. A feed that did not change is an empty delta; any other is a snapshot, in which items at their stored revision are only
 * mentioned.
 */
export async function pullFeedPage(line: FeedLine, request: PullRequest): Promise<PulledPage> {
  if (request.pageToken !== null) return await nextPage(request, passOf(request), request.pageToken);
  // Whoever wants a second opinion, or the whole, is not told "as before".
  const known = request.cursor === null || request.thorough === true ? null : readFeedCursor(request.cursor);
  const fetched = await fetchFeed(line, known);
  if (fetched === null) return unchanged(request.cursor ?? "");
  const items = readFeedItems(fetched.text);
  const cursor: FeedCursor = { digest: items.digest, etag: fetched.etag, lastModified: fetched.lastModified };
  if (known?.digest === items.digest) return unchanged(writeFeedCursor(cursor));
  const pass: FeedPass = { items, cursor, hints: feedHints(readHeadline(fetched.text)) };
  request.memo.set(memoKey, pass);
  return await nextPage(request, pass, "0");
}

function unchanged(nextCursor: string): PulledPage {
  return { pass: "delta", objects: [], present: [], removed: [], quarantined: [], nextPageToken: null, nextCursor };
}

function passOf(request: PullRequest): FeedPass {
  const pass = request.memo.get(memoKey) as FeedPass | undefined;
  if (pass === undefined || !/^\d+$/.test(request.pageToken ?? "")) throw new KalendsError("invalid-argument", "`pageToken` belongs to another pass");
  return pass;
}

async function nextPage(request: PullRequest, { items, cursor, hints }: FeedPass, pageToken: string): Promise<PulledPage> {
  const from = Number(pageToken);
  const chunk = items.objects.slice(from, from + pageSize);
  const stored = await request.revisionsOf(chunk.map(({ remoteKey }) => remoteKey));
  const objects: CalendarObject[] = [];
  const present: RemoteKey[] = [];
  for (const object of chunk) {
    if (stored.get(object.remoteKey) === object.revision) present.push(object.remoteKey);
    else objects.push(object);
  }
  const next = from + chunk.length;
  const isLast = next >= items.objects.length;
  if (isLast) request.memo.delete(memoKey);
  return {
    pass: "snapshot",
    objects,
    present,
    removed: [],
    quarantined: from === 0 ? items.quarantined : [],
    nextPageToken: isLast ? null : String(next),
    nextCursor: isLast ? writeFeedCursor(cursor) : null,
    expectedItems: items.objects.length,
    ...(isLast ? { hints } : {}),
  };
}
