import { afterAll, beforeAll, test } from "vitest";
import pg from "pg";
import { Kysely, PostgresDialect, sql } from "kysely";
import type { Store } from "@kalends/model";
import { missingPostgres, queryPostgres, startPostgres, type HostTransaction, type OpenedStore, type RunningPostgres, type StoreOpenOptions } from "@kalends/testing";
import { openPostgresStore, roleScript, type PgClient, type PgPool, type PgQuery, type PostgresStoreOptions } from "../src/index.ts";

export const owner = "kalends_owner";
export const runtime = "kalends_app";

/** The same database as another role. */
export function asRole(url: string, role: string): string {
  const other = new URL(url);
  other.username = role;
  return other.href;
}

/** A server, one database in it, and pools of the three roles (`plain` waits for each answer); made before the tests of a file and gone after them. */
export interface SuiteDatabase {
  readonly server: RunningPostgres;
  /** Superuser's connection string. */
  readonly url: string;
  readonly pools: { readonly admin: pg.Pool; readonly owner: pg.Pool; readonly runtime: pg.Pool; readonly plain: pg.Pool };
}

/** Runs `describeAll` on a real server; where there is none, one test is skipped that says why. */
export function withSuiteDatabase(describeAll: (database: () => SuiteDatabase) => void): void {
  const missing = missingPostgres();
  if (missing !== null) {
    test("a PostgreSQL to run the suite on", async (context) => void (await startPostgres(context)));
    return;
  }
  let database: SuiteDatabase | null = null;
  beforeAll(async () => {
    const server = await startPostgres({ skip: () => undefined });
    const url = await server.createDatabase();
    await queryPostgres(url, roleScript());
    await queryPostgres(url, `create schema host; grant usage on schema host to ${runtime}; create table host.note (suite text, text text); grant all on host.note to ${runtime}`);
    const pool = (role: string | null, pipeline: boolean): pg.Pool =>
      new pg.Pool({ connectionString: role === null ? url : asRole(url, role), max: 10, ...(pipeline ? { pipeline } : {}) }).on("error", () => undefined);
    // As the store makes one itself, and as most hosts do.
    database = { server, url, pools: { admin: pool(null, false), owner: pool(owner, false), runtime: pool(runtime, true), plain: pool(runtime, false) } };
  });
  afterAll(async () => {
    if (database === null) return;
    for (const pool of Object.values(database.pools)) await pool.end();
    await database.server.stop();
  });
  describeAll(() => {
    if (database === null) throw new Error("the server was not started");
    return database;
  });
}

let schemas = 0;

/** A schema of its own with both roles' rights, not migrated. */
export async function makeSchema(database: SuiteDatabase): Promise<string> {
  const schema = `suite_${process.pid}_${(schemas += 1)}`;
  await database.pools.admin.query(roleScript({ schema }));
  return schema;
}

/** Migrations run as the owner, everything else as the runtime role, as an installation does it. */
export function withOwnersMigrations(store: Store, ownersStore: Store): Store {
  return {
    migrations: ownersStore.migrations,
    settings: store.settings,
    jobSource: store.jobSource,
    budgets: store.budgets,
    addOrganization: (organization) => store.addOrganization(organization),
    findOrganization: (id) => store.findOrganization(id),
    listOrganizations: () => store.listOrganizations(),
    organization: (id) => store.organization(id),
    ...(store.joined === undefined ? {} : { joined: store.joined }),
    liveHolders: (now) => store.liveHolders(now),
    releaseHolder: (holder) => store.releaseHolder(holder),
    close: () => store.close(),
  };
}

export interface SuiteVariant {
  /** Connections of the runtime role come from a Kysely dialect instead of the pool. */
  dialect?: boolean;
  /** The runtime role's pool sends one query at a time. */
  plain?: boolean;
  /** Something between the store and the runtime role's pool. */
  wrap?: (pool: PgPool) => PgPool;
  options?: Partial<PostgresStoreOptions>;
}

/** Opens the stores that the conformance suite asks for. */
export function openForSuite(database: () => SuiteDatabase, variant: SuiteVariant = {}): (options: StoreOpenOptions) => Promise<OpenedStore> {
  /** Schemas that were used, migrated and left clean: making one takes longer than most cases. */
  const spare: string[] = [];
  return async ({ onStatement, migrated = false }) => {
    const { pools, url } = database();
    const schema = (migrated ? spare.pop() : undefined) ?? (await makeSchema(database()));
    let dirty = !migrated;
    const wrap = variant.wrap ?? ((pool: PgPool) => pool);
    const open = async (): Promise<Store> => {
      const shared = { schema, onStatement, ...variant.options };
      const connection = variant.dialect === true
        ? { dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: asRole(url, runtime), max: 4 }) }) }
        : { pool: wrap((variant.plain === true ? pools.plain : pools.runtime) as unknown as PgPool) };
      const owners = await openPostgresStore({ ...shared, pool: pools.owner as unknown as PgPool });
      return withOwnersMigrations(await openPostgresStore({ ...shared, ...connection }), owners);
    };
    let current = await open();
    const execute = async (statement: string): Promise<void> => {
      const client = await pools.owner.connect();
      try {
        await client.query(`set search_path to ${schema}, pg_temp; set kalends.reach = 'all'`);
        await client.query(statement);
      } finally {
        client.release(true);
      }
    };
    return {
      store: current,
      reopen: async () => {
        await current.close();
        current = await open();
        return current;
      },
      another: async () => {
        const second = await openPostgresStore({ ...variant.options, schema, connectionString: asRole(url, runtime), maxConnections: 4 });
        const owners = await openPostgresStore({ ...variant.options, schema, pool: pools.owner as unknown as PgPool });
        return withOwnersMigrations(second, owners);
      },
      dump: () => dumpSchema(pools.admin, schema),
      hostTransaction: variant.dialect === true ? kyselyHost(pools.runtime, schema) : clientHost(pools.runtime, schema),
      hostNotes: async () => {
        const { rows } = await pools.runtime.query<{ text: string }>("select text from host.note where suite = $1 order by text", [schema]);
        return rows.map(({ text }) => text);
      },
      execute: async (statement) => {
        dirty = true;
        await execute(statement);
      },
      tamper: (table, statements) => execute(`alter table ${table} disable trigger user; ${statements}; alter table ${table} enable trigger user`),
      dispose: async () => {
        await current.close();
        if (dirty) await pools.admin.query(`drop schema if exists ${schema} cascade`);
        else {
          await emptySchema(pools.admin, schema);
          spare.push(schema);
        }
      },
    };
  };
}

/** A pool whose clients' calls go through `call`. */
export function throughCalls(pool: PgPool, call: (query: PgClient["query"], config: PgQuery) => ReturnType<PgClient["query"]>): PgPool {
  return {
    connect: async () => {
      const client = await pool.connect();
      return { query: (config) => call((inner) => client.query(inner), config), release: (destroy) => client.release(destroy) };
    },
    end: () => pool.end(),
  };
}

type RunHost = Required<OpenedStore>["hostTransaction"];

/** A host that begins its transaction on a client of its own pool. */
function clientHost(pool: pg.Pool, schema: string): RunHost {
  return async <T>(work: (host: HostTransaction) => Promise<T>): Promise<T> => {
    const client = await pool.connect();
    try {
      await client.query("begin");
      const result = await work({ transaction: client, note: async (text) => void (await client.query("insert into host.note values ($1, $2)", [schema, text])) });
      await client.query("commit");
      return result;
    } catch (thrown) {
      await client.query("rollback");
      throw thrown;
    } finally {
      client.release();
    }
  };
}

/** A host that uses Kysely. */
function kyselyHost(pool: pg.Pool, schema: string): RunHost {
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  return (work) => db.transaction().execute((transaction) => work({ transaction, note: async (text) => void (await sql`insert into host.note values (${schema}, ${text})`.execute(transaction)) }));
}

async function emptySchema(admin: pg.Pool, schema: string): Promise<void> {
  const names = await tableNames(admin, schema);
  const deletes = names.filter((name) => name !== "migration").map((name) => `delete from ${schema}.${name};`);
  // Without triggers: neither foreign keys nor append-only tables stand in the way.
  await admin.query(`begin; set local session_replication_role = replica; ${deletes.join(" ")} delete from host.note where suite = '${schema}'; commit`);
}

async function tableNames(admin: pg.Pool, schema: string): Promise<string[]> {
  const tables = await admin.query<{ name: string }>(
    "select relname as name from pg_class where relnamespace = to_regnamespace($1) and relkind in ('r', 'p') and not relispartition order by 1", [schema]);
  return tables.rows.map((row) => row.name);
}

/** Every row of every table, by table. */
export async function dumpSchema(admin: pg.Pool, schema: string): Promise<Record<string, unknown>> {
  const names = await tableNames(admin, schema);
  if (names.length === 0) return {};
  const parts = names.map((name) => `select '${name}' as name, (select jsonb_agg(to_jsonb(t) order by to_jsonb(t)::text) from ${schema}.${name} t) as rows`);
  const dumped = await admin.query<{ name: string; rows: unknown }>(parts.join(" union all "));
  return Object.fromEntries(dumped.rows.map(({ name, rows }) => [name, rows]));
}
