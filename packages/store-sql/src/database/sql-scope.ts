import type { CompiledQuery, Kysely } from "kysely";
import type { Database } from "../schema/database.ts";
import type { BulkText, SqlConnection, SqlValue } from "./sql-driver.ts";
import type { SqlFlavor } from "./sql-flavor.ts";

/** A query built by Kysely that knows the shape of its rows. */
export interface BuiltQuery<O> {
  compile(): CompiledQuery<O>;
}

/** A query whose rows can be locked. */
export interface LockableQuery<O> extends BuiltQuery<O> {
  forNoKeyUpdate(): BuiltQuery<O>;
}

/** One connection with the query builder beside it: what every storage operation works with. */
export class SqlScope {
  readonly db: Kysely<Database>;
  readonly flavor: SqlFlavor;
  readonly #connection: SqlConnection;

  constructor(db: Kysely<Database>, flavor: SqlFlavor, connection: SqlConnection) {
    this.db = db;
    this.flavor = flavor;
    this.#connection = connection;
  }

  async all<O>(query: BuiltQuery<O>): Promise<O[]> {
    const { sql, parameters } = query.compile();
    return (await this.#connection.all(sql, parameters as readonly SqlValue[])) as O[];
  }

  async first<O>(query: BuiltQuery<O>): Promise<O | undefined> {
    return (await this.all(query))[0];
  }

  /** The first row, locked until the transaction ends: nobody changes it meanwhile. */
  async lockFirst<O>(query: LockableQuery<O>): Promise<O | undefined> {
    return (await this.lockAll(query))[0];
  }

  /** All rows, each locked until the transaction ends. */
  async lockAll<O>(query: LockableQuery<O>): Promise<O[]> {
    return this.all(this.flavor.rowLocks ? query.forNoKeyUpdate() : query);
  }

  /** Number of rows changed. */
  async run(query: BuiltQuery<unknown>): Promise<number> {
    const { sql, parameters } = query.compile();
    return this.#connection.run(sql, parameters as readonly SqlValue[]);
  }

  /** A text that was prepared beforehand, over many rows of parameters. */
  async runMany(statement: BulkText, rows: readonly (readonly SqlValue[])[]): Promise<number> {
    return rows.length === 0 ? 0 : this.#connection.runMany(statement, rows);
  }

  /** A text that no builder makes: schema statements. */
  async text(sql: string): Promise<void> {
    await this.#connection.run(sql, []);
  }

  /** Rows of a text that no builder makes. */
  async rows(sql: string): Promise<Record<string, SqlValue>[]> {
    return this.#connection.all(sql, []);
  }
}
