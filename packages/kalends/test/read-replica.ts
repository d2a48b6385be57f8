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

/** Stored objects of one calendar, one by one: two of one UID or of one href show here. */
export function readObjects(path: string, calendarId: string): { key: string; uid: string; revision: string | null }[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const rows = database.prepare("select remote_key as key, uid, revision from calendar_object where calendar_id = ? order by remote_key").all(calendarId);
    return rows.map((row) => ({ key: String(row["key"]), uid: String(row["uid"]), revision: row["revision"] === null ? null : String(row["revision"]) }));
  } finally {
    database.close();
  }
}
