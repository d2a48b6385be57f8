import { closeSync, openSync } from "node:fs";
import { createSqlStore } from "@kalends/store-sql";
import { KalendsError, type Clock, type JoinedStore, type Store } from "@kalends/model";
import { mapSqliteError } from "./map-sqlite-error.ts";
import { nodeSqlite } from "./node-sqlite.ts";
import type { OpenSqlite, SqliteConnection } from "./sqlite-connection.ts";
import { SqliteDriver, type StatementHook } from "./sqlite-driver.ts";
import { sqliteFlavor } from "./sqlite-flavor.ts";
import type { SqliteTransaction } from "./sqlite-transaction.ts";
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

/** A store on SQLite, whose transactions the host may share for tables of its own in the same file. */
export interface SqliteStore extends Store {
  /**
   * Runs `work` in one write transaction: it commits when `work` resolves and rolls back when `work` rejects. Inside, `joined(transaction)` reaches
   * Kalends' rows and `transaction` the host's own. Every other call on the file waits until it has ended, so `work` should wait for nothing
   * slow; from inside `work` such a call is refused (`invalid-argument`). Throws what `work` throws, and `store-*`.
   */
  transaction<T>(work: (transaction: SqliteTransaction) => Promise<T>): Promise<T>;
  joined(transaction: object): JoinedStore;
}

/**
 * Opens a store on SQLite. It does not migrate by itself: call `store.migrations.run()` or `check()`.
 * Throws `store-readonly`, `store-corrupt`, `store-locked`, `store-full`.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  const connection = open(options);
  const driver = new SqliteDriver(connection, turnsOf(options.path), options.onStatement ?? null);
  const clock = options.clock === undefined ? {} : { clock: options.clock };
  const store = createSqlStore({ driver, dialect: sqliteFlavor, join: (transaction) => driver.join(transaction), ...clock });
  return Object.assign(store, {
    joined: store.joined as (transaction: object) => JoinedStore,
    transaction: <T>(work: (transaction: SqliteTransaction) => Promise<T>): Promise<T> => hostTransaction(driver, work),
  });
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

/** What the host's own work throws is its own; what beginning and committing throw is mapped. */
async function hostTransaction<T>(driver: SqliteDriver, work: (transaction: SqliteTransaction) => Promise<T>): Promise<T> {
  let hosts: { thrown: unknown } | null = null;
  try {
    return await driver.transaction(async (transaction) => {
      try {
        return await work(transaction);
      } catch (thrown) {
        hosts = { thrown };
        throw thrown;
      }
    });
  } catch (thrown) {
    if (hosts !== null || thrown instanceof KalendsError) throw thrown;
    throw mapSqliteError(thrown);
  }
}
