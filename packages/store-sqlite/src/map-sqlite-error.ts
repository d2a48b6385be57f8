import { KalendsError, type ErrorCode } from "@kalends/model";

/** SQLite's result codes (sqlite.org/rescode.html), extended ones where the difference matters. */
const extendedCodes: ReadonlyMap<number, ErrorCode> = new Map<number, ErrorCode>([
  [787, "not-found"], // SQLITE_CONSTRAINT_FOREIGNKEY
  [1555, "already-exists"], // SQLITE_CONSTRAINT_PRIMARYKEY
  [2067, "already-exists"], // SQLITE_CONSTRAINT_UNIQUE
  [2579, "already-exists"], // SQLITE_CONSTRAINT_ROWID
  [778, "store-full"], // SQLITE_IOERR_WRITE: what a full disk often looks like from below
]);

const primaryCodes: ReadonlyMap<number, ErrorCode> = new Map<number, ErrorCode>([
  [5, "store-locked"], // SQLITE_BUSY
  [6, "store-locked"], // SQLITE_LOCKED
  [3, "store-readonly"], // SQLITE_PERM
  [8, "store-readonly"], // SQLITE_READONLY
  [14, "store-readonly"], // SQLITE_CANTOPEN
  [11, "store-corrupt"], // SQLITE_CORRUPT
  [26, "store-corrupt"], // SQLITE_NOTADB
  [13, "store-full"], // SQLITE_FULL
]);

const words: Partial<Record<ErrorCode, string>> = {
  "not-found": "The row refers to something that does not exist in this organization",
  "already-exists": "The key is taken",
  "store-locked": "The database stayed locked for longer than the busy timeout",
  "store-full": "The database could not grow",
  "store-readonly": "The database cannot be opened for writing",
  "store-corrupt": "The file is damaged or is no database",
};

/** better-sqlite3 names the codes; node:sqlite gives their numbers. */
const namedCodes: ReadonlyMap<string, number> = new Map([
  ["SQLITE_CONSTRAINT_FOREIGNKEY", 787],
  ["SQLITE_CONSTRAINT_PRIMARYKEY", 1555],
  ["SQLITE_CONSTRAINT_UNIQUE", 2067],
  ["SQLITE_CONSTRAINT_ROWID", 2579],
  ["SQLITE_IOERR_WRITE", 778],
  ["SQLITE_BUSY", 5],
  ["SQLITE_LOCKED", 6],
  ["SQLITE_PERM", 3],
  ["SQLITE_READONLY", 8],
  ["SQLITE_CANTOPEN", 14],
  ["SQLITE_CORRUPT", 11],
  ["SQLITE_NOTADB", 26],
  ["SQLITE_FULL", 13],
]);

function resultCode(thrown: Error): number | null {
  const { errcode, code } = thrown as { errcode?: unknown; code?: unknown };
  if (typeof errcode === "number") return errcode;
  if (typeof code !== "string") return null;
  // SQLITE_BUSY_SNAPSHOT and its like say the same as their first two words.
  return namedCodes.get(code) ?? namedCodes.get(code.split("_").slice(0, 2).join("_")) ?? null;
}

/** What the SQLite library threw, as `KalendsError`. SQLite's own messages name tables and columns, never values. */
export function mapSqliteError(thrown: unknown): KalendsError {
  if (thrown instanceof KalendsError) return thrown;
  if (!(thrown instanceof Error)) return new KalendsError("store-failed", "The database reported a fault", { cause: thrown });
  const number = resultCode(thrown);
  const code = number === null ? undefined : (extendedCodes.get(number) ?? primaryCodes.get(number & 0xff));
  if (code !== undefined) return new KalendsError(code, words[code] ?? "The database reported a fault", { cause: thrown });
  return new KalendsError("store-failed", `The database reported a fault${number === null ? "" : ` (SQLite code ${number})`}`, { cause: thrown });
}
