/** What a bound parameter or a column of SQLite is. */
export type SqliteValue = string | number | bigint | Uint8Array | null;

/** A prepared statement, as node:sqlite and better-sqlite3 both have it. */
export interface SqliteStatement {
  all(...parameters: readonly SqliteValue[]): unknown[];
  run(...parameters: readonly SqliteValue[]): { changes: number | bigint };
}

/** The least that Kalends needs of a SQLite library: synchronous, one connection. */
export interface SqliteConnection {
  /** Runs statements without parameters. */
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

/** Opens a file, or `:memory:`; called once per store. */
export type OpenSqlite = (path: string) => SqliteConnection;
