import type { Cursor } from "@kalends/model";

/** A sync-token (RFC 6578), kept as it came, and what is needed to notice a server that answers it with silence. Times in ms since the epoch. */
export interface SyncCursor {
  level: "sync";
  token: string;
  /** The collection's mark (getctag) when it was looked at last. */
  ctag: string | null;
  /** When that was; `null` where it is not known. */
  checked: number | null;
  /** When the calendar was listed last without the token; `null` where it is not known. */
  listed: number | null;
}

/**
 * Where the next pass starts, and on which step of the ladder:
 *
 * - `sync`: see `SyncCursor`.
 * - `ctag`: the collection's own mark (getctag), kept as it came; a change of it asks for a listing.
 * - `etag`: the server has no marks at all; each pass lists.
 *
 * `since` says when the lower steps were taken, so that the highest one is tried again some day. ms since the epoch.
 */
export type CalendarCursor = SyncCursor | { level: "ctag"; since: number; ctag: string } | { level: "etag"; since: number };

export function writeCursor(cursor: CalendarCursor): Cursor {
  if (cursor.level === "sync") {
    const mark = cursor.ctag === null ? "" : `=${encodeURIComponent(cursor.ctag.replace(/\p{Surrogate}/gu, "\ufffd"))}`;
    return `sync@${cursor.listed ?? ""},${cursor.checked ?? ""}${mark}:${cursor.token}`;
  }
  if (cursor.level === "ctag") return `ctag:${cursor.since}:${cursor.ctag}`;
  return `etag:${cursor.since}`;
}

/** Reads what `writeCursor` wrote, and the bare `sync:` of earlier versions; `null` for anything else, which then counts as no position. */
export function readCursor(text: Cursor): CalendarCursor | null {
  if (text.startsWith("sync:")) return { level: "sync", token: text.slice(5), ctag: null, checked: null, listed: null };
  const sync = /^sync@(\d{0,16}),(\d{0,16})(?:=([^:]*))?:([^]*)$/.exec(text);
  if (sync !== null) {
    const [, listed, checked, mark, token = ""] = sync;
    return { level: "sync", token, ctag: mark === undefined ? null : decode(mark), checked: timeOf(checked), listed: timeOf(listed) };
  }
  const lower = /^(ctag|etag):(\d{1,16})(?::([^]*))?$/.exec(text);
  if (lower === null) return null;
  const since = Number(lower[2]);
  if (lower[1] === "etag") return { level: "etag", since };
  return lower[3] === undefined ? null : { level: "ctag", since, ctag: lower[3] };
}

function timeOf(digits: string | undefined): number | null {
  return digits === undefined || digits === "" ? null : Number(digits);
}

function decode(mark: string): string | null {
  try {
    return decodeURIComponent(mark);
  } catch {
    return null;
  }
}
