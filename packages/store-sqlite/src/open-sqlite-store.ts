import { closeSync, openSync } from "node:fs";
import { createSqlStore } from "@kalends/store-sql";
import { KalendsError, type Clock, type Store } from "@kalends/model";
import { mapSqliteError } from "./map-sqlite-error.ts";
import { nodeSqlite } from "./node-sqlite.ts";
import type { OpenSqlite, SqliteConnection } from "./sqlite-connection.ts";
import { SqliteDriver, type StatementHook } from "./sqlite-driver.ts";
import { sqliteFlavor } from "./sqlite-flavor.ts";
import { turnsOf } from "./turns.ts";

export interface SqliteStoreOptions {
  /** The database file, made with mode 0600 where there is none; or `:memory:` for a store that goes with the process. */
  path: string;
  /** Dates the migration records. */
  clock?: Clock;
  /** The SQLite library. Default: `node:sqlite`. */
  driver?: OpenSqlite;
  /** How long a call waits for another process that writes, in milliseconds. The thread waits with it. Default 5,000. */
  busyTimeoutMs?: number;
  /**
   * `full` (default): a committed batch survives a power cut. `normal`: the last batches before a power cut may be missing, never half of
   * one; roughly twice as many small commits per second.
   */
  synchronous?: "full" | "normal";
  /** Called with each SQL text right before it runs, once for each row of a bulk statement. For tests. */
  onStatement?: StatementHook;
}

/**
 * Opens a store on SQLite. It does not migrate by itself: call `store.migrations.run()` or `check()`.
 * Throws `store-readonly`, `store-corrupt`, `store-locked`, `store-full`.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const connection = open(options);
  const driver = new SqliteDriver(connection, turnsOf(options.path), options.onStatement ?? null);
  return createSqlStore({ driver, dialect: sqliteFlavor, ...(options.clock === undefined ? {} : { clock: options.clock }) });
}

function open({ path, driver = nodeSqlite, busyTimeoutMs = 5_000, synchronous = "full" }: SqliteStoreOptions): SqliteConnection {
  if (!Number.isSafeInteger(busyTimeoutMs) || busyTimeoutMs < 0) {
    throw new KalendsError("invalid-argument", "busyTimeoutMs must be a whole number of milliseconds, 0 or more");
  }
  let connection: SqliteConnection | null = null;
  try {
    if (path !== ":memory:") makeFile(path);
    connection = driver(path);
    for (const pragma of pragmas(busyTimeoutMs, synchronous)) connection.exec(`pragma ${pragma}`);
    return connection;
  } catch (thrown) {
    connection?.close();
    throw mapSqliteError(thrown);
  }
}

function pragmas(busyTimeoutMs: number, synchronous: "full" | "normal"): string[] {
  return [
    // First, so that the next ones wait instead of failing while another process opens the same file.
    `busy_timeout = ${busyTimeoutMs}`,
    "journal_mode = wal",
    `synchronous = ${synchronous}`,
    "foreign_keys = on",
    // Overwrites deleted text with zeros.
    "secure_delete = on",
    "temp_store = memory",
    // Without it INSERT OR REPLACE would slip past the triggers of the append-only tables.
    "recursive_triggers = on",
  ];
}

/** SQLite would make the file with the mode of the process's umask; its -wal and -shm files take over the mode of the main one. */
function makeFile(path: string): void {
  try {
    closeSync(openSync(path, "a", 0o600));
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    throw new KalendsError(code === "ENOSPC" ? "store-full" : "store-readonly", `The database file cannot be opened for writing (${code ?? "unknown"})`, {
      cause: thrown,
    });
  }
}
