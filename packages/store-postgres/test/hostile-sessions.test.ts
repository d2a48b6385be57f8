import { describe, expect, test } from "vitest";
import pg from "pg";
import type { Store } from "@kalends/model";
import { queryPostgres } from "@kalends/testing";
import { migrationScript, openPostgresStore, roleScript, type PgPool } from "../src/index.ts";
import { asRole, makeSchema, owner, runtime, withSuiteDatabase } from "./suite-database.ts";

const account = (organizationId: string, id: string) => ({ organizationId, id, externalId: id, displayName: null, timeZone: "UTC", createdAt: 1 });

const refusedNames = [
  "", "Kalends", "kal ends", "k\"; drop schema public cascade; --", "k'", "k$$", "k;select 1", "1kalends", "pg_temp", "pg_catalog", "information_schema", "k\0", "k\n", "käl",
  "public,other", "a".repeat(64), "k.k", "../k", "$user", "k--", "k/*", "\"k\"",
];
/** Words of SQL: harmless where they are quoted. */
const words = ["order", "select", "user", "table", "default"];

describe("a schema's name", () => {
  test("that is no plain identifier is refused before anything connects or is printed", async () => {
    for (const schema of refusedNames) {
      const refused = expect.objectContaining({ code: "invalid-argument" });
      await expect(openPostgresStore({ connectionString: "postgres://nobody@127.0.0.1:1/none", schema }), schema).rejects.toEqual(refused);
      expect(() => migrationScript({ schema }), schema).toThrow(refused);
      expect(() => roleScript({ schema }), schema).toThrow(refused);
    }
  });
});

withSuiteDatabase((database) => {
  test("a schema may have a word of SQL for its name", async () => {
    for (const schema of words) {
      await queryPostgres(database().url, roleScript({ schema }));
      const owners = await openPostgresStore({ connectionString: asRole(database().url, owner), schema });
      await owners.migrations.run();
      await owners.close();
      await queryPostgres(database().url, roleScript({ schema }));
      const store = await openPostgresStore({ connectionString: asRole(database().url, runtime), schema });
      await store.addOrganization({ id: "org-a", name: "A", createdAt: 1 });
      expect((await store.listOrganizations()).map(({ id }) => id)).toEqual(["org-a"]);
      await store.close();
    }
  });

  /** A store on a pool of one connection, which `meddle` reaches too. */
  async function onOne(work: (store: Store, meddle: (sql: string) => Promise<Record<string, unknown>[]>, failAt: (text: string | null) => void) => Promise<void>): Promise<void> {
    const schema = await makeSchema(database());
    await (await openPostgresStore({ pool: database().pools.owner as unknown as PgPool, schema })).migrations.run();
    const pool = new pg.Pool({ connectionString: asRole(database().url, runtime), max: 1 });
    let failing: string | null = null;
    const onStatement = (sql: string): void => {
      if (failing !== null && sql.includes(failing)) throw new Error("a fault set by the test");
    };
    const store = await openPostgresStore({ pool: pool as unknown as PgPool, schema, onStatement });
    for (const id of ["org-a", "org-b"]) await store.addOrganization({ id, name: id, createdAt: 1 });
    try {
      await work(store, async (sql) => (await pool.query<Record<string, unknown>>(sql)).rows, (text) => (failing = text));
    } finally {
      await pool.end();
    }
  }

  const left = "select coalesce(current_setting('kalends.organization', true), '') as organization, coalesce(current_setting('kalends.reach', true), '') as reach, current_setting('search_path') as path, pg_backend_pid() as pid";

  test("a connection that comes back to the pool after a fault brings nothing of the transaction with it", async () => {
    await onOne(async (store, meddle, failAt) => {
      const a = store.organization("org-a").directory;
      await a.addAccount(account("org-a", "one"));
      const [before] = await meddle(left);
      expect(before).toMatchObject({ organization: "", reach: "" });
      // A fault of the server's, one of the program's in the middle, one at the commit.
      await expect(a.addAccount(account("org-a", "one"))).rejects.toMatchObject({ code: "already-exists" });
      expect(await meddle(left)).toEqual([before]);
      for (const text of ["insert into", "commit", "begin"]) {
        failAt(text);
        await expect(a.addAccount(account("org-a", `fails at ${text}`))).rejects.toMatchObject({ code: "store-failed" });
        failAt(null);
        expect(await meddle(left), text).toEqual([before]);
        expect((await store.organization("org-b").directory.listAccounts())).toEqual([]);
        expect((await a.listAccounts()).map(({ id }) => id)).toEqual(["one"]);
      }
    });
  });

  test("whatever the session was left with, by RESET, DISCARD or another program, changes nothing", async () => {
    await onOne(async (store, meddle) => {
      const a = store.organization("org-a").directory;
      await a.addAccount(account("org-a", "one"));
      for (const sql of [
        "reset all", "reset kalends.organization", "set kalends.organization = 'org-b'", "set kalends.reach = 'all'", "set search_path to pg_temp, public", "discard plans",
        "create temp table account (organization text, id text)", "set standard_conforming_strings = off", "set bytea_output = 'escape'", "set default_transaction_read_only = on",
        "set default_transaction_isolation = 'serializable'", "set datestyle = 'German'", "set extra_float_digits = 0", "set role kalends_app",
      ]) {
        await meddle(sql);
        expect((await a.listAccounts()).map(({ id }) => id), sql).toEqual(["one"]);
        expect(await store.organization("org-b").directory.listAccounts(), sql).toEqual([]);
        await store.organization("org-a").dataKeys.add(sql, { keyId: "k", wrapped: new Uint8Array([0, 92, 255]) });
        expect((await store.organization("org-a").dataKeys.get(sql))?.wrapped, sql).toEqual(new Uint8Array([0, 92, 255]));
      }
    });
  });
});
