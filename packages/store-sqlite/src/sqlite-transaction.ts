import type { SqliteValue } from "./sqlite-connection.ts";

/**
 * A transaction on the store's own connection, for the host's tables in the same file. SQLite has one writer, and the store one connection, so it
 * is the store that begins and ends it. Both calls are synchronous.
 */
export interface SqliteTransaction {
  /** Rows of a query. Throws `store-*`, `already-exists`, `not-found`, and `invalid-argument` once the transaction has ended. */
  all(sql: string, ...parameters: readonly SqliteValue[]): unknown[];
  /** Runs a statement and returns the number of rows that it changed. Throws like `all`. */
  run(sql: string, ...parameters: readonly SqliteValue[]): number;
}
