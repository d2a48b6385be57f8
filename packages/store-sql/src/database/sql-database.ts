import { DummyDriver, Kysely, SqliteIntrospector } from "kysely";
import { KalendsError } from "@kalends/model";
import type { Database } from "../schema/database.ts";
import type { SqlConnection, SqlDriver } from "./sql-driver.ts";
import type { SqlFlavor } from "./sql-flavor.ts";
import { SqlScope } from "./sql-scope.ts";

/** A driver and its flavour: opens scopes, and maps whatever the driver throws. */
export class SqlDatabase {
  readonly flavor: SqlFlavor;
  /** Builds queries and never runs them: running goes through the driver port, so that one prepared statement serves one text. */
  readonly db: Kysely<Database>;
  readonly #driver: SqlDriver;
  #closed = false;

  constructor(driver: SqlDriver, flavor: SqlFlavor) {
    this.#driver = driver;
    this.flavor = flavor;
    this.db = new Kysely<Database>({
      dialect: {
        createAdapter: () => flavor.createAdapter(),
        createDriver: () => new DummyDriver(),
        createIntrospector: (db) => new SqliteIntrospector(db),
        createQueryCompiler: () => flavor.createQueryCompiler(),
      },
    });
  }

  /** Reads without a transaction: what must agree with itself is read in one query. */
  async read<T>(work: (scope: SqlScope) => Promise<T>): Promise<T> {
    return this.#mapped(() => this.#driver.read((connection) => work(this.#scope(connection))));
  }

  /** One write transaction: all of `work` or nothing. */
  async write<T>(work: (scope: SqlScope) => Promise<T>): Promise<T> {
    return this.#mapped(() => this.#driver.write((connection) => work(this.#scope(connection))));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#driver.close();
  }

  #scope(connection: SqlConnection): SqlScope {
    return new SqlScope(this.db, this.flavor, connection);
  }

  async #mapped<T>(run: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new KalendsError("engine-closed", "The store was closed");
    try {
      return await run();
    } catch (thrown) {
      if (thrown instanceof KalendsError) throw thrown;
      throw this.flavor.mapError(thrown);
    }
  }
}
