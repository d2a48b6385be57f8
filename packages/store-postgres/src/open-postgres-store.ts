import type { Dialect } from "kysely";
import { KalendsError, type Clock, type Store } from "@kalends/model";
import { createSqlStore } from "@kalends/store-sql";
import { acrossOrganizations } from "./across-organizations.ts";
import { checkRole, checkTables } from "./check-protection.ts";
import { hostLink } from "./join-transaction.ts";
import { JoinedDriver, type Line } from "./joined-driver.ts";
import { kyselySource, TextColumns } from "./kysely-source.ts";
import { mapPostgresError } from "./map-postgres-error.ts";
import { pgSource, type PgPool } from "./pg-source.ts";
import { PostgresDriver, type StatementHook } from "./postgres-driver.ts";
import { checkPartitions, postgresFlavor } from "./postgres-flavor.ts";
import type { PostgresLink, PostgresSource } from "./postgres-link.ts";
import type { SessionLimits } from "./session-statements.ts";
import { checkSchemaName } from "./schema-name.ts";

/** Exactly one of `connectionString`, `pool` and `dialect`. */
export interface PostgresStoreOptions {
  /** `postgres://user@host:5432/database`. The pool made from it ends with the store. */
  connectionString?: string;
  /** A `pg` pool of the host's; it stays open when the store is closed. */
  pool?: PgPool;
  /** Any Kysely dialect for PostgreSQL. It belongs to the store from then on. */
  dialect?: Dialect;
  /** The schema with Kalends' tables: a-z, 0-9 and `_`. Default `kalends`. */
  schema?: string;
  /** Connections at most, of the pool made from a connection string. Default 10. */
  maxConnections?: number;
  /** How long a statement waits for a lock, in milliseconds. Default 15,000. */
  lockTimeoutMs?: number;
  /**
   * How long a statement may run, in milliseconds; 0 for no limit. Default 60,000. A server that has not answered a little later than that and than
   * a lock may take counts as gone: the call fails with `store-unreachable`, and its connection is closed.
   */
  statementTimeoutMs?: number;
  /** Keep prepared statements on the connections. `false` behind a pooler that cannot. Default `true`. */
  prepare?: boolean;
  /** Splits each organization's table into that many partitions, by hash of the organization. Only before the first migration. */
  partitions?: number;
  /** Take a role that row-level security does not bind: a superuser on a developer's machine. Default `false`. */
  allowUnsafeRole?: boolean;
  /** Dates the migration records. */
  clock?: Clock;
  /** Called with each SQL text right before it runs. For tests. */
  onStatement?: StatementHook;
}

/**
 * Opens a store on PostgreSQL 15 or newer. It does not migrate by itself: call `store.migrations.run()` or `check()`.
 * Throws `store-unreachable`, `store-refused`, `store-role-unsafe`, `invalid-argument`.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const schema = checkSchemaName(options.schema ?? "kalends");
  const partitions = checkPartitions(options.partitions);
  const limits = limitsOf(options);
  const source = await openSource(options, schema);
  try {
    await checkServer(source, options.allowUnsafeRole === true);
  } catch (thrown) {
    await source.close();
    throw mapPostgresError(thrown);
  }
  const safe = options.allowUnsafeRole !== true;
  const shared = {
    schema, limits,
    beforeOrganizations: async (link: PostgresLink): Promise<void> => {
      if (safe) await checkTables(link);
    },
    onStatement: options.onStatement ?? null,
  };
  const columns = new TextColumns(schema);
  const lines = new WeakMap<object, Line>();
  const join = (transaction: object): JoinedDriver => {
    const line = lines.get(transaction) ?? { end: Promise.resolve() };
    lines.set(transaction, line);
    const beforeWork = async (link: PostgresLink): Promise<void> => {
      if (safe) await checkRole(link);
    };
    return new JoinedDriver({ ...shared, line, beforeWork, link: hostLink(transaction, columns) });
  };
  const clock = options.clock === undefined ? {} : { clock: options.clock };
  const driver = new PostgresDriver({ ...shared, source });
  return createSqlStore({ driver, dialect: postgresFlavor(schema, partitions), across: acrossOrganizations, join, ...clock });
}

function limitsOf({ lockTimeoutMs = 15_000, statementTimeoutMs = 60_000 }: PostgresStoreOptions): SessionLimits {
  return { lockTimeoutMs: wholeMs(lockTimeoutMs), statementTimeoutMs: wholeMs(statementTimeoutMs) };
}

function wholeMs(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new KalendsError("invalid-argument", "Time limits are whole numbers of milliseconds, 0 or more");
  return value;
}

async function openSource(options: PostgresStoreOptions, schema: string): Promise<PostgresSource> {
  const { connectionString, pool, dialect, prepare = true } = options;
  const { lockTimeoutMs, statementTimeoutMs } = limitsOf(options);
  const answerWithinMs = statementTimeoutMs === 0 ? 0 : statementTimeoutMs + lockTimeoutMs + answerMarginMs;
  if ([connectionString, pool, dialect].filter((one) => one !== undefined).length !== 1) {
    throw new KalendsError("invalid-argument", "Pass one of connectionString, pool and dialect");
  }
  if (dialect !== undefined) return kyselySource(dialect, schema);
  if (pool !== undefined) return pgSource(pool, { owned: false, prepare, answerWithinMs });
  return pgSource(await ownPool(String(connectionString), options.maxConnections ?? 10), { owned: true, prepare, answerWithinMs });
}

const connectTimeoutMs = 10_000;
/** An answer may be on its way so long after the server's own time limit. */
const answerMarginMs = 5_000;

async function ownPool(connectionString: string, max: number): Promise<PgPool> {
  const { default: pg } = await import("pg");
  try {
    const options = { connectionString, max, connectionTimeoutMillis: connectTimeoutMs, keepAlive: true, application_name: "kalends", pipeline: true };
    const pool = new pg.Pool(options);
    // A connection that breaks while it idles is replaced by the next one that is asked for; there is nobody to tell.
    pool.on("error", () => undefined);
    return pool as unknown as PgPool;
  } catch {
    // The library's own message may quote the string, and with it a password.
    throw new KalendsError("invalid-argument", "The connection string is not one: postgres://user:password@host:port/database");
  }
}

/** The oldest major version that the suite runs on. */
const oldestVersion = 15;

async function checkServer(source: PostgresSource, allowUnsafeRole: boolean): Promise<void> {
  const link = await source.acquire();
  let broken = true;
  try {
    const { rows } = await link.execute("select (pg_catalog.current_setting('server_version_num')::int4 / 10000)::int4 as version", []);
    const version = Number(rows[0]?.["version"]);
    if (version < oldestVersion) throw new KalendsError("store-refused", `The server is PostgreSQL ${version}`, { remedy: `Kalends needs PostgreSQL ${oldestVersion} or newer.` });
    if (!allowUnsafeRole) await checkRole(link);
    broken = false;
  } finally {
    link.release(broken);
  }
}
