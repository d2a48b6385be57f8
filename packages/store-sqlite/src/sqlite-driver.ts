import type { BulkText, SqlConnection, SqlDriver, SqlRow, SqlValue } from "@kalends/store-sql";
import { KalendsError } from "@kalends/model";
import { JoinedSqliteDriver, type JoinedLine } from "./joined-sqlite-driver.ts";
import { mapSqliteError } from "./map-sqlite-error.ts";
import type { SqliteConnection, SqliteStatement } from "./sqlite-connection.ts";
import type { SqliteTransaction } from "./sqlite-transaction.ts";
import type { Turns } from "./turns.ts";

/** Called with each SQL text right before it runs, once for each row of a bulk statement. What it throws fails the statement. */
export type StatementHook = (sql: string) => void;

/** Prepared statements kept per store; the SQL implementation has fewer texts than that. */
const statementLimit = 400;

/** How long closing waits for other processes to let go of the write-ahead log, in milliseconds. */
const checkpointWaitMs = 200;

/**
 * The driver port over one synchronous SQLite connection. Calls wait for each other in the order in which they came: a transaction spans
 * several turns of the event loop, and nothing else may slip into it or read what it has not committed.
 */
export class SqliteDriver implements SqlDriver {
  readonly #connection: SqliteConnection;
  readonly #statements = new Map<string, SqliteStatement>();
  readonly #hook: StatementHook | null;
  readonly #scope: SqlConnection;
  readonly #turns: Turns;
  readonly #open = new WeakMap<object, JoinedLine>();

  constructor(connection: SqliteConnection, turns: Turns, hook: StatementHook | null = null) {
    this.#connection = connection;
    this.#turns = turns;
    this.#hook = hook;
    this.#scope = {
      all: async (sql, parameters) => this.#prepared(sql).all(...parameters) as SqlRow[],
      run: async (sql, parameters) => Number(this.#prepared(sql).run(...parameters).changes),
      runMany: async (statement, rows) => this.#runMany(statement, rows),
    };
  }

  read<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T> {
    return this.#turns.take(() => work(this.#scope));
  }

  write<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T> {
    return this.#turns.take(() => this.#whole(() => work(this.#scope)));
  }

  /** A write transaction of the host's; everything else that is called on the file waits for its end. */
  transaction<T>(work: (transaction: SqliteTransaction) => Promise<T>): Promise<T> {
    return this.#turns.takeForHost(async () => {
      const transaction: SqliteTransaction = {
        all: (sql, ...parameters) => this.#asHost(transaction, sql, (statement) => statement.all(...parameters)),
        run: (sql, ...parameters) => this.#asHost(transaction, sql, (statement) => Number(statement.run(...parameters).changes)),
      };
      const line: JoinedLine = { end: Promise.resolve() };
      this.#open.set(transaction, line);
      return this.#whole(async () => {
        try {
          return await work(transaction);
        } finally {
          this.#open.delete(transaction);
          // A call that `work` did not wait for ends first, whole or not at all.
          await line.end;
        }
      });
    });
  }

  /** The driver port inside that transaction. Throws `invalid-argument` for anything else. */
  join(transaction: object): JoinedSqliteDriver {
    return new JoinedSqliteDriver(this.#scope, this.#requireOpen(transaction), () => void this.#requireOpen(transaction));
  }

  /** Deleted pages were overwritten when they were deleted (secure_delete); here the write-ahead log, which holds older ones, is emptied. */
  scrub(): Promise<boolean> {
    return this.#turns.take(async () => {
      const [row] = this.#connection.prepare("pragma wal_checkpoint(truncate)").all() as { busy: number }[];
      return row?.busy === 0;
    });
  }

  close(): Promise<void> {
    return this.#turns.take(async () => {
      this.#turns.leave();
      try {
        this.#connection.exec(`pragma busy_timeout = ${checkpointWaitMs}`);
        // Moves everything into the main file and empties the log, so that deleted text does not outlive the store in it.
        this.#connection.prepare("pragma wal_checkpoint(truncate)").all();
      } catch {
        // Another process reads or writes right now; its own close, or SQLite at the next opening, does it.
      }
      this.#statements.clear();
      this.#connection.close();
    });
  }

  async #whole<T>(work: () => Promise<T>): Promise<T> {
    this.#execute("begin immediate");
    try {
      const result = await work();
      this.#execute("commit");
      return result;
    } catch (thrown) {
      this.#rollBack();
      throw thrown;
    }
  }

  #asHost<T>(transaction: SqliteTransaction, sql: string, run: (statement: SqliteStatement) => T): T {
    this.#requireOpen(transaction);
    try {
      return run(this.#connection.prepare(sql));
    } catch (thrown) {
      throw mapSqliteError(thrown);
    }
  }

  #requireOpen(transaction: object): JoinedLine {
    const line = this.#open.get(transaction);
    if (line !== undefined) return line;
    throw new KalendsError("invalid-argument", "That is no open transaction of this store", {
      remedy: "Pass what `store.transaction(async (transaction) => ...)` hands in, and only until that function has ended.",
    });
  }

  #runMany({ sql }: BulkText, rows: readonly (readonly SqlValue[])[]): number {
    const statement = this.#prepared(sql, false);
    let changes = 0;
    for (const row of rows) {
      this.#hook?.(sql);
      changes += Number(statement.run(...row).changes);
    }
    return changes;
  }

  #prepared(sql: string, announce = true): SqliteStatement {
    if (announce) this.#hook?.(sql);
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    if (this.#statements.size >= statementLimit) this.#statements.clear();
    const statement = this.#connection.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #execute(sql: string): void {
    this.#prepared(sql).run();
  }

  #rollBack(): void {
    try {
      this.#prepared("rollback", false).run();
    } catch {
      // Some faults (a full disk, an I/O error) make SQLite roll back by itself; then there is no transaction left to end.
    }
  }
}
