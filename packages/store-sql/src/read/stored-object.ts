import type { StoredObject } from "@kalends/model";
import { endless, type CalendarObjectTable } from "../schema/object-tables.ts";

export const storedObjectColumns = [
  "remote_key",
  "uid",
  "revision",
  "digest",
  "first_ms",
  "last_ms",
  "outside",
  "warnings",
  "timing",
  "content",
] as const;

export type StoredObjectRow = Pick<CalendarObjectTable, (typeof storedObjectColumns)[number]>;

export function toStoredObject(row: StoredObjectRow): StoredObject {
  return {
    remoteKey: row.remote_key,
    uid: row.uid,
    revision: row.revision,
    digest: row.digest,
    first: row.first_ms,
    last: row.last_ms === endless ? null : row.last_ms,
    timing: row.timing,
    outside: row.outside === 1,
    content: row.content,
    warnings: row.warnings,
  };
}
