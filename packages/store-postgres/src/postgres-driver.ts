import { KalendsError } from "@kalends/model";
import type { BulkText, SqlConnection, SqlDriver, SqlSession, SqlValue, SqlWriteSession } from "@kalends/store-sql";
import { arrayLiteral } from "./array-literal.ts";
import { isBrokenConnection, isStalePlan, mayRunAgain } from "./map-postgres-error.ts";
import type { PostgresLink, PostgresSource } from "./postgres-link.ts";
import { organizationLock, settingsStatement, type SessionLimits } from "./session-statements.ts";
import { encodeText } from "./text-code.ts";

/** Called with each SQL text right before it runs. What it throws fails the statement. */
export type StatementHook = (sql: string) => void;

export interface PostgresDriverOptions {
  source: PostgresSource;
  schema: string;
  limits: SessionLimits;
  /** Runs before the first transaction for an organization; what it throws is thrown each time until it passes. */
  beforeOrganizations(link: PostgresLink): Promise<void>;
  onStatement: StatementHook | null;
}

/** How often a transaction is run that the server broke off. */
const tries = 5;
/** How many connections with a stale plan are thrown away for one transaction: more than a pool has. */
const mostStale = 200;

interface TransactionKind {
  session: SqlSession;
  awaitEnd: boolean;
}

/** The driver port over connections to PostgreSQL: every read and write is a transaction that begins by saying whose it is. */
export class PostgresDriver implements SqlDriver {
  readonly #options: PostgresDriverOptions;
  /** Transactions of which the end was sent and nobody waits for. */
  readonly #ending = new Set<Promise<void>>();
  #checked = false;

  constructor(options: PostgresDriverOptions) {
    this.#options = options;
  }

  read<T>(work: (connection: SqlConnection) => Promise<T>, session: SqlSession): Promise<T> {
    // Nobody waits for the end of a transaction that has read: its answer is known, and nothing of it can be lost.
    return this.#fresh(["begin isolation level read committed read only", this.#settings(session)], work, { session, awaitEnd: false });
  }

  async write<T>(work: (connection: SqlConnection) => Promise<T>, session: SqlWriteSession): Promise<T> {
    const begin = ["begin isolation level read committed read write", this.#settings(session)];
    if (session.organization !== null) begin.push(organizationLock(this.#options.schema, encodeText(session.organization), session.together));
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#fresh(begin, work, { session, awaitEnd: true });
      } catch (thrown) {
        if (attempt === tries || !mayRunAgain(thrown)) throw thrown;
      }
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#ending);
    await this.#options.source.close();
  }

  #settings(session: SqlSession): string {
    const organization = session.organization === null ? null : encodeText(session.organization);
    return settingsStatement(this.#options.schema, { ...session, organization }, this.#options.limits);
  }

  /** A connection whose statements were prepared before a schema step changed their table is thrown away, and the next one asked. */
  async #fresh<T>(begin: readonly string[], work: (connection: SqlConnection) => Promise<T>, kind: TransactionKind): Promise<T> {
    for (let stale = 0; ; stale += 1) {
      try {
        return await this.#transaction(begin, work, kind);
      } catch (thrown) {
        if (stale === mostStale || !isStalePlan(thrown)) throw thrown;
      }
    }
  }

  async #transaction<T>(begin: readonly string[], work: (connection: SqlConnection) => Promise<T>, { session, awaitEnd }: TransactionKind): Promise<T> {
    const link = await this.#options.source.acquire();
    let result: T;
    try {
      result = await this.#inside(link, begin, work, session);
      if (awaitEnd) await this.#script(link, ["commit"]);
    } catch (thrown) {
      link.release(isBrokenConnection(thrown) || !(await rolledBack(link)));
      throw thrown;
    }
    if (awaitEnd) link.release(false);
    else this.#endLater(link);
    return result;
  }

  /** Begins the transaction and does the work. Where the connection allows it the first statement is sent along with the beginning. */
  async #inside<T>(link: PostgresLink, begin: readonly string[], work: (connection: SqlConnection) => Promise<T>, session: SqlSession): Promise<T> {
    this.#options.onStatement?.(begin[0] ?? "");
    const begun = link.script(begin);
    const check = session.organization !== null && !this.#checked;
    if (!link.pipelined || check) await begun;
    if (check) {
      await this.#options.beforeOrganizations(link);
      this.#checked = true;
    }
    const connection = new PostgresConnection(link, this.#options.onStatement);
    const [started, done] = await Promise.allSettled([begun, (async () => work(connection))()]);
    // Where it did not begin, what the work met follows from that: the server runs nothing more in a transaction that met a fault.
    if (started.status === "rejected") throw started.reason;
    if (done.status === "rejected") throw done.reason;
    connection.assertWhole();
    return done.value;
  }

  #endLater(link: PostgresLink): void {
    const ended = this.#script(link, ["commit"]);
    const released = ended.then(() => link.release(false), () => link.release(true)).finally(() => this.#ending.delete(released));
    this.#ending.add(released);
  }

  async #script(link: PostgresLink, statements: readonly string[]): Promise<void> {
    this.#options.onStatement?.(statements[0] ?? "");
    await link.script(statements);
  }
}

/** A connection in an unknown state is thrown away: nothing of a failed transaction may reach the next one. */
async function rolledBack(link: PostgresLink): Promise<boolean> {
  try {
    await link.script(["rollback"]);
    return true;
  } catch {
    return false;
  }
}

/** One transaction's connection. */
export class PostgresConnection implements SqlConnection {
  readonly #link: PostgresLink;
  readonly #hook: StatementHook | null;
  /** Statements that were begun and have not succeeded. */
  #open = 0;
  /** Where the connection takes one statement at a time: the end of the last one. */
  #line: Promise<unknown> = Promise.resolve();

  constructor(link: PostgresLink, hook: StatementHook | null) {
    this.#link = link;
    this.#hook = hook;
  }

  async all(sql: string, parameters: readonly SqlValue[]): Promise<Record<string, SqlValue>[]> {
    return (await this.#execute(sql, parameters)).rows;
  }

  async run(sql: string, parameters: readonly SqlValue[]): Promise<number> {
    return (await this.#execute(sql, parameters)).changes;
  }

  async runMany({ sql, key }: BulkText, rows: readonly (readonly SqlValue[])[]): Promise<number> {
    const set = lastOfEach(rows, key);
    const width = set[0]?.length ?? 0;
    const arrays = Array.from({ length: width }, (_, column) => arrayLiteral(set.map((row) => row[column] ?? null)));
    return (await this.#execute(sql, arrays, false)).changes;
  }

  /** PostgreSQL answers the commit of a failed transaction with a rollback and no error, so a swallowed fault is told here. */
  assertWhole(): void {
    if (this.#open > 0) throw new KalendsError("internal", "A statement failed inside a transaction that went on");
  }

  async #execute(sql: string, parameters: readonly SqlValue[], encode = true): ReturnType<PostgresLink["execute"]> {
    this.#open += 1;
    const values = encode ? parameters.map((value) => (typeof value === "string" ? encodeText(value) : value)) : parameters;
    const run = (): ReturnType<PostgresLink["execute"]> => {
      this.#hook?.(sql);
      return this.#link.execute(sql, values);
    };
    // After a fault the next one fails too, as it does where the server is asked.
    const running = this.#link.pipelined ? run() : this.#line.then(run);
    if (!this.#link.pipelined) this.#line = running;
    const result = await running;
    this.#open -= 1;
    return result;
  }
}

/** Of rows that name the same thing the last one. */
function lastOfEach(rows: readonly (readonly SqlValue[])[], key: readonly number[]): readonly (readonly SqlValue[])[] {
  if (key.length === 0 || rows.length === 1) return rows;
  const byKey = new Map(rows.map((row) => [JSON.stringify(key.map((position) => row[position])), row]));
  return byKey.size === rows.length ? rows : [...byKey.values()];
}
