import type { Cursor } from "@kalends/model";
import { asRecord, textOf, textsOf } from "./json-shape.ts";

/** Where the next delta starts. */
export interface GoogleCursor {
  syncToken: string;
  /** Letters of what was asked for: a sync token is good for the same query only. */
  reach: string;
  /** Google's own time of the calendar's last change, ISO 8601; a series made later has all its instances in the next delta. */
  updated: string | null;
  /** Events that changed while they were listed, to be looked at again. */
  again: string[];
}

export function writeCursor({ syncToken, reach, updated, again }: GoogleCursor): Cursor {
  return JSON.stringify({ v: 1, token: syncToken, reach, ...(updated === null ? {} : { updated }), ...(again.length === 0 ? {} : { again }) });
}

/** Reads what `writeCursor` wrote; `null` for anything else. */
export function readCursor(text: Cursor): GoogleCursor | null {
  try {
    const record = asRecord(JSON.parse(text) as unknown);
    const syncToken = textOf(record, "token");
    const reach = textOf(record, "reach");
    if (record?.["v"] !== 1 || syncToken === undefined || reach === undefined) return null;
    return { syncToken, reach, updated: textOf(record, "updated") ?? null, again: textsOf(record, "again") };
  } catch {
    return null;
  }
}
