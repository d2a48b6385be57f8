import { DummyDriver, Kysely, SqliteIntrospector } from "kysely";
import { KalendsError, type OrganizationId } from "@kalends/model";
import type { Database } from "../schema/database.ts";
import type { SqlConnection, SqlDriver, SqlSession } from "./sql-driver.ts";
import type { SqlFlavor } from "./sql-flavor.ts";
import { SqlScope } from "./sql-scope.ts";

/** What all handles on one database share. */
interface Shared {
  driver: SqlDriver;
  flavor: SqlFlavor;
  db: Kysely<Database>;
  life: { closed: boolean };
}

/** A driver and its flavour: opens scopes for one organization (or for none), and maps whatever the driver throws. */
export class SqlDatabase {
  readonly #shared: Shared;
  readonly #session: SqlSession;

  private constructor(shared: Shared, session: SqlSession) {
    this.#shared = shared;
    this.#session = session;
  }

  /** The handle for tables of the whole database; `of` gives those for organizations. */
  static on(driver: SqlDriver, flavor: SqlFlavor): SqlDatabase {
    const db = new Kysely<Database>({
      dialect: {
        createAdapter: () => flavor.createAdapter(),
        createDriver: () => new DummyDriver(),
        createIntrospector: (inner) => new SqliteIntrospector(inner),
        createQueryCompiler: () => flavor.createQueryCompiler(),
      },
    });
    return new SqlDatabase({ driver, flavor, db, life: { closed: false } }, { organization: null });
  }

  /** The handle that sees one organization's rows. */
  of(organization: OrganizationId): SqlDatabase {
    return new SqlDatabase(this.#shared, { organization });
  }

  /** The same database through another driver: one that works inside a transaction of the host's. */
  through(driver: SqlDriver): SqlDatabase {
    return new SqlDatabase({ ...this.#shared, driver }, this.#session);
  }

  /** The handle that reads the waiting jobs of all organizations. */
  ofAllJobs(): SqlDatabase {
    return new SqlDatabase(this.#shared, { organization: null, reach: "jobs" });
  }

  get flavor(): SqlFlavor {
    return this.#shared.flavor;
  }

  /** Builds queries and never runs them: running goes through the driver port, so that one prepared statement serves one text. */
  get db(): Kysely<Database> {
    return this.#shared.db;
  }

  /** Reads without a write transaction: what must agree with itself is read in one query. */
  async read<T>(work: (scope: SqlScope) => Promise<T>): Promise<T> {
    return this.#mapped(() => this.#shared.driver.read((connection) => work(this.#scope(connection)), this.#session));
  }

  /** One write transaction, alone in its organization: all of `work` or nothing. */
  async write<T>(work: (scope: SqlScope) => Promise<T>): Promise<T> {
    return this.#write(work, false);
  }

  /**
   * A write transaction beside which others of the organization may run: for what is done often. `work` takes a lock (`scope.lockFirst`)
   * on each row that it reads to decide; rows in this order: connection, account, sync state, objects, counters, jobs.
   */
  async writeTogether<T>(work: (scope: SqlScope) => Promise<T>): Promise<T> {
    return this.#write(work, true);
  }

  /** `null`: this driver cannot. */
  get scrub(): (() => Promise<boolean>) | null {
    const { driver } = this.#shared;
    return driver.scrub === undefined ? null : () => this.#mapped(async () => (await driver.scrub?.()) ?? false);
  }

  async close(): Promise<void> {
    if (this.#shared.life.closed) return;
    this.#shared.life.closed = true;
    await this.#shared.driver.close();
  }

  #write<T>(work: (scope: SqlScope) => Promise<T>, together: boolean): Promise<T> {
    const session = { ...this.#session, together };
    return this.#mapped(() => this.#shared.driver.write((connection) => work(this.#scope(connection)), session));
  }

  #scope(connection: SqlConnection): SqlScope {
    return new SqlScope(this.db, this.flavor, connection);
  }

  async #mapped<T>(run: () => Promise<T>): Promise<T> {
    if (this.#shared.life.closed) throw new KalendsError("engine-closed", "The store was closed");
    try {
      return await run();
    } catch (thrown) {
      if (thrown instanceof KalendsError) throw thrown;
      throw this.flavor.mapError(thrown);
    }
  }
}
