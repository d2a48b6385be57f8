import { describe, expect, test } from "vitest";
import type pg from "pg";
import { CamelCasePlugin, Kysely, PostgresDialect } from "kysely";
import { queryPostgres } from "@kalends/testing";
import type { Store } from "@kalends/model";
import { openPostgresStore, type PgPool } from "../src/index.ts";
import { asRole, makeSchema, owner, withSuiteDatabase } from "./suite-database.ts";

const account = (id: string) => ({ organizationId: "org-a", id, externalId: id, displayName: null, timeZone: "UTC", createdAt: 1 });

withSuiteDatabase((database) => {
  async function opened(work: (store: Store, schema: string, client: pg.PoolClient) => Promise<void>): Promise<void> {
    const { pools } = database();
    const schema = await makeSchema(database());
    const owners = await openPostgresStore({ pool: pools.owner as unknown as PgPool, schema });
    await owners.migrations.run();
    const store = await openPostgresStore({ pool: pools.runtime as unknown as PgPool, schema, lockTimeoutMs: 300 });
    await store.addOrganization({ id: "org-a", name: "A", createdAt: 1 });
    const client = await pools.runtime.connect();
    try {
      await work(store, schema, client);
    } finally {
      client.release(true);
      await store.close();
    }
  }

  const joined = (store: Store, transaction: object) => {
    if (store.joined === undefined) throw new Error("the store joins no transaction");
    return store.joined(transaction).organization("org-a");
  };

  describe("a transaction of the host's", () => {
    const names = ["search_path", "lock_timeout", "statement_timeout", "bytea_output", "kalends.organization", "kalends.reach"];
    const settings = async (client: pg.PoolClient): Promise<unknown> =>
      (await client.query(`select ${names.map((name) => `coalesce(current_setting('${name}', true), '')`).map((one, index) => `${one} as s${index}`).join(", ")}`)).rows[0];

    test("has its own settings back after each call, one that fails too, and sees no row of Kalends by itself", async () => {
      await opened(async (store, schema, client) => {
        await client.query(`set search_path to "a ""b""", 'c''d', public; set lock_timeout = '4321ms'`);
        await client.query("begin");
        await client.query("set local bytea_output = 'escape'; set local statement_timeout = '54321ms'");
        const before = await settings(client);
        const org = joined(store, client);
        await org.directory.addAccount(account("one"));
        expect(await settings(client)).toEqual(before);
        await expect(org.directory.addAccount(account("one"))).rejects.toMatchObject({ code: "already-exists" });
        expect(await settings(client)).toEqual(before);
        expect(await org.directory.listAccounts()).toHaveLength(1);
        expect(await settings(client)).toEqual(before);
        expect((await client.query(`select count(*)::int4 as rows from ${schema}.account`)).rows).toEqual([{ rows: 0 }]);
        // Nobody else sees it before the commit.
        expect(await store.organization("org-a").directory.listAccounts()).toEqual([]);
        await client.query("commit");
        expect(await store.organization("org-a").directory.listAccounts()).toHaveLength(1);
        // What the session had set outlives the transaction; what Kalends set does not.
        expect((await client.query("show lock_timeout")).rows).toEqual([{ lock_timeout: "4321ms" }]);
        expect((await client.query("show search_path")).rows).toEqual([{ search_path: `"a ""b""", "c'd", public` }]);
        expect((await client.query("select nullif(current_setting('kalends.organization', true), '') as organization")).rows).toEqual([{ organization: null }]);
      });
    });

    test("keeps its organization from others until it ends: their writes wait, and tell it as store-locked", async () => {
      await opened(async (store, _schema, client) => {
        await client.query("begin");
        await joined(store, client).directory.addAccount(account("one"));
        await expect(store.organization("org-a").directory.addAccount(account("two"))).rejects.toMatchObject({ code: "store-locked" });
        await client.query("rollback");
        await store.organization("org-a").directory.addAccount(account("two"));
        expect((await store.organization("org-a").directory.listAccounts()).map(({ id }) => id)).toEqual(["two"]);
      });
    });

    test("is refused outside a transaction, at another isolation level, after a fault, as a pool, and where it is read only", async () => {
      await opened(async (store, _schema, client) => {
        const add = () => joined(store, client).directory.addAccount(account("one"));
        await expect(add()).rejects.toMatchObject({ code: "invalid-argument", message: expect.stringContaining("No transaction") });
        for (const level of ["repeatable read", "serializable"]) {
          await client.query(`begin isolation level ${level}`);
          await expect(add()).rejects.toMatchObject({ code: "invalid-argument", message: expect.stringContaining(level) });
          // Refused, and still usable.
          await client.query("select 1");
          await client.query("rollback");
        }
        await client.query("begin");
        await expect(client.query("select 1 / 0")).rejects.toMatchObject({ code: "22012" });
        await expect(add()).rejects.toMatchObject({ code: "invalid-argument", message: expect.stringContaining("rollback") });
        await client.query("rollback");
        await client.query("begin read only");
        await expect(add()).rejects.toMatchObject({ code: "store-readonly" });
        await client.query("rollback");
        // The next transaction on the same client is not the one that was joined.
        await client.query("begin");
        const org = joined(store, client);
        await org.directory.addAccount(account("one"));
        await client.query("rollback; begin");
        await expect(org.directory.addAccount(account("one"))).rejects.toMatchObject({ code: "invalid-argument", message: expect.stringContaining("ended") });
        await client.query("commit");
        expect(() => store.joined?.(database().pools.runtime)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
        expect(() => store.joined?.(new Kysely({ dialect: new PostgresDialect({ pool: database().pools.runtime }) }))).toThrow(expect.objectContaining({ code: "invalid-argument" }));
        expect(await store.organization("org-a").directory.listAccounts()).toEqual([]);
      });
    });

    test("is refused for a role that row-level security does not bind", async () => {
      await opened(async (store, schema) => {
        const { pools, url } = database();
        for (const pool of [pools.admin, pools.owner]) {
          if (pool === pools.owner) await queryPostgres(asRole(url, owner), `alter table ${schema}.account no force row level security`);
          const client = await pool.connect();
          try {
            await client.query("begin");
            await expect(joined(store, client).directory.listAccounts()).rejects.toMatchObject({ code: "store-role-unsafe" });
            await client.query("select 1");
            await client.query("rollback");
          } finally {
            client.release();
          }
        }
      });
    });

    test("may be Kysely's with plugins that rename columns", async () => {
      await opened(async (store) => {
        const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: database().pools.runtime }), plugins: [new CamelCasePlugin()] });
        const found = await db.transaction().execute(async (transaction) => {
          const org = joined(store, transaction);
          await org.directory.addAccount(account("17"));
          return org.directory.findAccount("17");
        });
        expect(found).toEqual(account("17"));
        expect(await store.organization("org-a").directory.findAccount("17")).toEqual(account("17"));
      });
    });

    test("on a connection that breaks fails as unreachable and takes nothing else down", async () => {
      await opened(async (store, _schema, client) => {
        client.on("error", () => undefined);
        await client.query("begin");
        const org = joined(store, client);
        await org.directory.addAccount(account("one"));
        const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
        await queryPostgres(database().url, `select pg_terminate_backend(${Number(rows[0]?.pid)})`);
        await expect(org.directory.addAccount(account("two"))).rejects.toMatchObject({ code: "store-unreachable" });
        expect(await store.organization("org-a").directory.listAccounts()).toEqual([]);
      });
    });
  });
});
