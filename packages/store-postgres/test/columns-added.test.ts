import { expect, test } from "vitest";
import pg from "pg";
import { openPostgresStore, type PgPool } from "../src/index.ts";
import { asRole, makeSchema, runtime, withSuiteDatabase } from "./suite-database.ts";

withSuiteDatabase((database) => {
  test("a worker of the version before goes on when a later schema step adds columns to the tables that it reads", async () => {
    const schema = await makeSchema(database());
    const ofOwner = await openPostgresStore({ pool: database().pools.owner as unknown as PgPool, schema });
    await ofOwner.migrations.run();
    const pool = new pg.Pool({ connectionString: asRole(database().url, runtime), max: 6 });
    const store = await openPostgresStore({ pool: pool as unknown as PgPool, schema });
    try {
      await store.addOrganization({ id: "org", name: "org", createdAt: 1 });
      const { directory, jobs } = store.organization("org");
      await directory.addAccount({ organizationId: "org", id: "account-1", externalId: "ada", displayName: null, timeZone: "UTC", createdAt: 1 });
      // Every connection of the pool has its statements prepared.
      const ask = () => Promise.all(Array.from({ length: 12 }, () => directory.findAccount("account-1")));
      await ask();
      await store.organization("org").audit.append({ action: "sync", actor: "test", subject: "one", detail: "one" }, 1);
      await database().pools.owner.query(`alter table ${schema}.account add column shade text; alter table ${schema}.audit_record add column shade text`);
      for (const found of await ask()) expect(found).toMatchObject({ id: "account-1", externalId: "ada" });
      await Promise.all(Array.from({ length: 12 }, (_, index) => jobs.enqueue({ kind: "retention", subject: String(index), runAt: 1 })));
      expect(await store.organization("org").audit.read(0, 10)).toHaveLength(1);
    } finally {
      await store.close();
      await pool.end();
    }
  });
});
