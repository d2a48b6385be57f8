import { KalendsError } from "@kalends/model";
import type { SqlConnection, SqlDriver, SqlSession } from "@kalends/store-sql";
import { sqlState } from "./map-postgres-error.ts";
import { PostgresConnection, type PostgresDriverOptions } from "./postgres-driver.ts";
import type { PostgresLink } from "./postgres-link.ts";
import { hostSettings, organizationLock, restoreStatement, settingsStatement, type HostSettings } from "./session-statements.ts";
import { encodeText } from "./text-code.ts";

/** A line in which calls wait for each other: savepoints on one connection must not cross. */
export interface Line {
  end: Promise<unknown>;
}

export interface JoinedDriverOptions extends Omit<PostgresDriverOptions, "source"> {
  /** The host's connection, inside its transaction. */
  link: PostgresLink;
  line: Line;
  /** Checks the role once; what it throws is thrown each time until it passes. */
  beforeWork(link: PostgresLink): Promise<void>;
}

const remedy = "Hand in a pg client, or a Kysely transaction, between its BEGIN and its end, and join again in each transaction.";

/**
 * The driver port inside a transaction of the host's. Each read and write is a savepoint of its own; the settings that it needs are set inside of it
 * and the host's put back before its end, so that between two calls the host's statements run as if nothing had been there.
 */
export class JoinedDriver implements SqlDriver {
  readonly #options: JoinedDriverOptions;
  /** Number of the transaction in which the first call ran. */
  #transaction: string | null = null;
  #checked = false;

  constructor(options: JoinedDriverOptions) {
    this.#options = options;
  }

  read<T>(work: (connection: SqlConnection) => Promise<T>, session: SqlSession): Promise<T> {
    return this.#take(() => this.#inside(work, session, []));
  }

  /**
   * Always alone in the organization, until the host's transaction ends: two transactions that first shared the lock and then wanted it alone
   * would wait for each other.
   */
  write<T>(work: (connection: SqlConnection) => Promise<T>, session: SqlSession): Promise<T> {
    const lock = session.organization === null ? [] : [organizationLock(this.#options.schema, encodeText(session.organization), false)];
    return this.#take(() => this.#inside(work, session, lock));
  }

  /** The transaction and its connection are the host's. */
  async close(): Promise<void> {}

  #take<T>(call: () => Promise<T>): Promise<T> {
    const { line } = this.#options;
    const turn = line.end.then(call);
    line.end = turn.catch(() => undefined);
    return turn;
  }

  async #inside<T>(work: (connection: SqlConnection) => Promise<T>, session: SqlSession, lock: readonly string[]): Promise<T> {
    const { link, schema, limits, onStatement } = this.#options;
    await this.#savepoint();
    try {
      const host = await this.#host();
      const organization = session.organization === null ? null : encodeText(session.organization);
      await link.script([settingsStatement(schema, { ...session, organization }, limits), ...lock]);
      await this.#check();
      const connection = new PostgresConnection(link, onStatement);
      const result = await work(connection);
      connection.assertWhole();
      onStatement?.("release savepoint kalends");
      await link.script([restoreStatement(host), "release savepoint kalends"]);
      return result;
    } catch (thrown) {
      // Brings the settings back too. Where the connection is gone there is nothing to go back to, and the host's next statement tells it so.
      await link.script(["rollback to savepoint kalends", "release savepoint kalends"]).catch(() => undefined);
      throw thrown;
    }
  }

  async #check(): Promise<void> {
    if (this.#checked) return;
    await this.#options.beforeWork(this.#options.link);
    await this.#options.beforeOrganizations(this.#options.link);
    this.#checked = true;
  }

  async #savepoint(): Promise<void> {
    this.#options.onStatement?.("savepoint kalends");
    try {
      await this.#options.link.script(["savepoint kalends"]);
    } catch (thrown) {
      // no_active_sql_transaction, in_failed_sql_transaction
      const state = sqlState(thrown);
      if (state !== "25P01" && state !== "25P02" && !endedInKysely(thrown)) throw thrown;
      const why = state === "25P02" ? "A statement failed in the transaction before, so that only a rollback is left" : "No transaction is open there";
      throw new KalendsError("invalid-argument", why, { remedy });
    }
  }

  /** What the host has set, for putting it back. Throws `invalid-argument` where this is not the transaction that was joined. */
  async #host(): Promise<HostSettings> {
    this.#options.onStatement?.("select the host's settings");
    const host = await hostSettings(this.#options.link);
    if (host.isolation !== "read committed" && host.isolation !== "read uncommitted") {
      throw new KalendsError("invalid-argument", `The transaction runs at the isolation level ${host.isolation}; Kalends joins at READ COMMITTED only`, {
        remedy: "Kalends decides on what others have committed by then. Begin the transaction at READ COMMITTED, PostgreSQL's default.",
      });
    }
    this.#transaction ??= host.transaction;
    if (this.#transaction === host.transaction) return host;
    throw new KalendsError("invalid-argument", "The transaction that was joined has ended", { remedy });
  }
}

/** Kysely knows by itself that its transaction has ended, and asks no server. */
function endedInKysely(thrown: unknown): boolean {
  return thrown instanceof Error && /^transaction is already (committed|rolled back)/i.test(thrown.message);
}
