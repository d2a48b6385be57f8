import type { SqlConnection, SqlDriver } from "@kalends/store-sql";

/** A line in which calls of one transaction wait for each other: savepoints must not cross. */
export interface JoinedLine {
  end: Promise<unknown>;
}

/**
 * The driver port inside a transaction that runs already: each write is a savepoint. `require` throws where the transaction has
 * ended.
 */
export class JoinedSqliteDriver implements SqlDriver {
  readonly #connection: SqlConnection;
  readonly #require: () => void;
  readonly #line: JoinedLine;

  constructor(connection: SqlConnection, line: JoinedLine, require: () => void) {
    this.#connection = connection;
    this.#line = line;
    this.#require = require;
  }

  read<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T> {
    return this.#take(() => work(this.#connection));
  }

  write<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T> {
    return this.#take(async () => {
      await this.#run("savepoint kalends");
      try {
        const result = await work(this.#connection);
        await this.#run("release kalends");
        return result;
      } catch (thrown) {
        await this.#rollBack();
        throw thrown;
      }
    });
  }

  /** The transaction and its connection are somebody else's. */
  async close(): Promise<void> {}

  #take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#line.end.then(() => {
      this.#require();
      return work();
    });
    this.#line.end = turn.catch(() => undefined);
    return turn;
  }

  async #run(sql: string): Promise<void> {
    await this.#connection.run(sql, []);
  }

  async #rollBack(): Promise<void> {
    try {
      await this.#run("rollback to kalends");
      await this.#run("release kalends");
    } catch {
      // Some faults (a full disk, an I/O error) make SQLite roll back the whole transaction by itself; its commit then fails.
    }
  }
}
