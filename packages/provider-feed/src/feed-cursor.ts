import type { Cursor } from "@kalends/model";

/** What is remembered of the feed as it was read last. */
export interface FeedCursor {
  /** Digest of everything that was kept of it. */
  digest: string;
  /** Validators (RFC 9110 section 8.8), verbatim. */
  etag: string | null;
  lastModified: string | null;
}

export function writeFeedCursor({ digest, etag, lastModified }: FeedCursor): Cursor {
  return `feed:${digest}:${encode(etag)}:${encode(lastModified)}`;
}

/** Reads what `writeFeedCursor` wrote; `null` for anything else. */
export function readFeedCursor(text: Cursor): FeedCursor | null {
  const parts = /^feed:([\w-]{22}):([^:]*):([^:]*)$/.exec(text);
  if (parts === null) return null;
  const [, digest = "", etag = "", lastModified = ""] = parts;
  try {
    return { digest, etag: decode(etag), lastModified: decode(lastModified) };
  } catch {
    return null;
  }
}

function encode(value: string | null): string {
  return value === null ? "" : encodeURIComponent(value.replace(/\p{Surrogate}/gu, ""));
}

function decode(value: string): string | null {
  return value === "" ? null : decodeURIComponent(value);
}
