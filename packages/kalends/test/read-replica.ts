import { DatabaseSync } from "node:sqlite";

/** What a database file holds of a calendar, read past all of Kalends: href to ETag. */
export function readReplica(path: string): Map<string, string | null> {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const rows = database.prepare("select remote_key as key, revision from calendar_object order by remote_key").all();
    return new Map(rows.map((row) => [String(row["key"]), row["revision"] === null ? null : String(row["revision"])]));
  } finally {
    database.close();
  }
}
