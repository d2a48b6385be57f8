import type { CompiledQuery, Kysely } from "kysely";
import type { Database } from "../schema/database.ts";
import type { SqlConnection, SqlValue } from "./sql-driver.ts";
import type { SqlFlavor } from "./sql-flavor.ts";

/** A query built by Kysely that knows the shape of its rows. */
export interface BuiltQuery<O> {
  compile(): CompiledQuery<O>;
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

  /** Number of rows changed. */
  async run(query: BuiltQuery<unknown>): Promise<number> {
    const { sql, parameters } = query.compile();
    return this.#connection.run(sql, parameters as readonly SqlValue[]);
  }

  /** A text that was prepared beforehand, over many rows of parameters. */
  async runMany(sql: string, rows: readonly (readonly SqlValue[])[]): Promise<number> {
    return rows.length === 0 ? 0 : this.#connection.runMany(sql, rows);
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
