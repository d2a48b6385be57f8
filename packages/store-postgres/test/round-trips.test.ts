import pg from "pg";
import { expect, test } from "vitest";
import type { Store } from "@kalends/model";
import { openPostgresStore, type PgPool, type PgQuery } from "../src/index.ts";
import { aroundQueries } from "./around-queries.ts";
import { asRole, makeSchema, runtime, withSuiteDatabase, type SuiteDatabase } from "./suite-database.ts";

/** What went over a connection: each query when it was sent, and when its answer had come. */
interface Traffic {
  pool: PgPool;
  events: string[];
  end(): Promise<void>;
}

function watchedPool(database: SuiteDatabase, options: pg.PoolConfig): Traffic {
  const pool = new pg.Pool({ connectionString: asRole(database.url, runtime), ...options }).on("error", () => undefined);
  const events: string[] = [];
  const wordOf = ({ text }: PgQuery): string => /^(begin|commit|rollback|\w+)/.exec(text)?.[0] ?? "";
  const watched = aroundQueries(pool as unknown as PgPool, async (query, send) => {
    events.push(`${wordOf(query)} sent`);
    try {
      return await send();
    } finally {
      events.push(`${wordOf(query)} answered`);
    }
  });
  return { pool: watched, events, end: () => pool.end() };
}

withSuiteDatabase((database) => {
  async function migrated(): Promise<string> {
    const schema = await makeSchema(database());
    const owners = await openPostgresStore({ pool: database().pools.owner as unknown as PgPool, schema });
    await owners.migrations.run();
    await owners.addOrganization({ id: "org-a", name: "A", createdAt: 1 });
    await owners.close();
    return schema;
  }

  /** `events` are those of the second reading. */
  async function readTwice(store: Store, { pool, events }: Pick<Traffic, "pool" | "events">): Promise<void> {
    const { directory } = store.organization("org-a");
    await directory.listAccounts();
    // The only connection is back in the pool.
    (await pool.connect()).release();
    events.length = 0;
    await directory.listAccounts();
  }

  test("on a pipelined pool a reading is one round trip: its query goes with the beginning, and nobody waits for the end", async () => {
    const schema = await migrated();
    const { pool, events, end } = watchedPool(database(), { max: 1, pipeline: true });
    const store = await openPostgresStore({ pool, schema });
    await readTwice(store, { pool, events });
    expect(events).toEqual(["begin sent", "select sent", "begin answered", "select answered", "commit sent"]);
    await store.close();
    expect(events.at(-1)).toBe("commit answered");
    await end();
  });

  test("on any other pool each query waits for the one before", async () => {
    const schema = await migrated();
    const { pool, events, end } = watchedPool(database(), { max: 1 });
    const store = await openPostgresStore({ pool, schema });
    await readTwice(store, { pool, events });
    expect(events).toEqual(["begin sent", "begin answered", "select sent", "select answered", "commit sent"]);
    await store.close();
    await end();
  });

  test("a write waits for its commit; one that cannot begin says why, has written nothing and leaves the connection usable", async () => {
    const schema = await migrated();
    const { pool, events, end } = watchedPool(database(), { max: 1, pipeline: true });
    const store = await openPostgresStore({ pool, schema, lockTimeoutMs: 50 });
    const { directory } = store.organization("org-a");
    const account = { organizationId: "org-a", id: "one", externalId: null, displayName: null, timeZone: "UTC", createdAt: 1 };
    await directory.addAccount({ ...account, id: "first" });
    events.length = 0;
    await directory.addAccount({ ...account, id: "second" });
    expect(events).toEqual(["begin sent", "insert sent", "begin answered", "insert answered", "commit sent", "commit answered"]);
    // Somebody else is alone in the organization.
    const other = await database().pools.plain.connect();
    await other.query(`begin; select pg_advisory_xact_lock(hashtextextended('kalends organization ${schema} org-a', 0))`);
    await expect(directory.addAccount(account)).rejects.toMatchObject({ code: "store-locked" });
    await other.query("rollback");
    other.release();
    expect((await directory.listAccounts()).map(({ id }) => id)).toEqual(["first", "second"]);
    await directory.addAccount(account);
    expect(await directory.findAccount("one")).toEqual(account);
    await store.close();
    await end();
  });

  test("a fault in the end of a reading costs the connection, not the answer", async () => {
    const schema = await migrated();
    const pool = new pg.Pool({ connectionString: asRole(database().url, runtime), max: 1, pipeline: true }).on("error", () => undefined);
    let failing = false;
    const onStatement = (sql: string): void => {
      if (failing && sql === "commit") throw new Error("a fault set by the test");
    };
    const store = await openPostgresStore({ pool: pool as unknown as PgPool, schema, onStatement });
    const { directory } = store.organization("org-a");
    expect(await directory.listAccounts()).toEqual([]);
    const pids = async () => (await pool.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]?.pid;
    const before = await pids();
    failing = true;
    expect(await directory.listAccounts()).toEqual([]);
    failing = false;
    expect(await pids()).not.toBe(before);
    expect(await directory.listAccounts()).toEqual([]);
    await store.close();
    await pool.end();
  });
});
