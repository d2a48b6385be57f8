import { listEveryMs, type OpenPass } from "./open-pass.ts";
import type { CalendarCursor } from "./calendar-cursor.ts";

const afterMs = 3_600_000;

/**
 * Where the next pass starts when this one was not handed an item that the server lists. No token will name that item again, so the
 * next pass lists; where a listing did not help either, another one is due in an hour.
 */
export function lookAgain({ kind, cursor }: OpenPass, now: number): CalendarCursor {
  if (cursor.level !== "sync") return { level: "etag", since: cursor.since };
  return { ...cursor, listed: kind === "delta" ? 0 : now - listEveryMs + afterMs };
}
