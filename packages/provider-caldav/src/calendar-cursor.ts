import type { Cursor } from "@kalends/model";

/**
 * Where the next pass starts, and on which step of the ladder:
 *
 * - `sync`: a sync-token (RFC 6578), kept as it came.
 * - `ctag`: the collection's own mark (getctag), kept as it came; a change of it asks for a listing.
 * - `etag`: the server has no marks at all; each pass lists.
 *
 * `since` says when the lower steps were taken, so that the highest one is tried again some day. ms since the epoch.
 */
export type CalendarCursor = { level: "sync"; token: string } | { level: "ctag"; since: number; ctag: string } | { level: "etag"; since: number };

export function writeCursor(cursor: CalendarCursor): Cursor {
  if (cursor.level === "sync") return `sync:${cursor.token}`;
  if (cursor.level === "ctag") return `ctag:${cursor.since}:${cursor.ctag}`;
  return `etag:${cursor.since}`;
}

/** Reads what `writeCursor` wrote; `null` for anything else, which then counts as no position. */
export function readCursor(text: Cursor): CalendarCursor | null {
  if (text.startsWith("sync:")) return { level: "sync", token: text.slice(5) };
  const lower = /^(ctag|etag):(\d{1,16})(?::([^]*))?$/.exec(text);
  if (lower === null) return null;
  const since = Number(lower[2]);
  if (lower[1] === "etag") return { level: "etag", since };
  return lower[3] === undefined ? null : { level: "ctag", since, ctag: lower[3] };
}
