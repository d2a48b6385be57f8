import { afterAll, describe, expect, test } from "vitest";
import { describeStoreConformance } from "@kalends/testing";
import { openPostgresStore, type PgPool, type PgQuery } from "../src/index.ts";
import { makeSchema, openForSuite, throughCalls, withSuiteDatabase, type SuiteDatabase } from "./suite-database.ts";

let rewritten = 0;

/** A statement of the store's without its own filter by organization: `"organization" = $1` becomes what is always true. */
function withoutFilter(config: PgQuery): PgQuery {
  const text = config.text.replaceAll(/(?:"[a-z_]+"\.)?"organization" = (\$\d+)/g, "($1::text is not null)");
  if (text === config.text) return config;
  rewritten += 1;
  const { name: _name, ...rest } = config;
  return { ...rest, text };
}

const open = (pool: PgPool): PgPool => throughCalls(pool, (query, config) => query(withoutFilter(config)));

/** Two organizations with rows of the same ids in many tables. */
async function twins(database: SuiteDatabase, pool: PgPool, unsafe: boolean) {
  const schema = await makeSchema(database);
  const owners = await openPostgresStore({ pool: database.pools.owner as unknown as PgPool, schema });
  await owners.migrations.run();
  const plain = await openPostgresStore({ pool: database.pools.runtime as unknown as PgPool, schema });
  for (const organizationId of ["org-a", "org-b"]) {
    await plain.addOrganization({ id: organizationId, name: organizationId, createdAt: 1 });
    const { directory, jobs, audit, dataKeys } = plain.organization(organizationId);
    await directory.addAccount({ organizationId, id: "account-1", externalId: "user", displayName: organizationId, timeZone: "UTC", createdAt: 1 });
    await audit.append({ action: "authorize", actor: "host", subject: "x", detail: organizationId }, 1);
    await jobs.enqueue({ kind: "retention", subject: organizationId, runAt: 1 });
    await dataKeys.add("account-1", { keyId: organizationId, wrapped: new Uint8Array([1]) });
  }
  return openPostgresStore({ pool, schema, allowUnsafeRole: unsafe });
}

withSuiteDatabase((database) => {
  // Everything of the store's that two organizations could get wrong passes with the database's own wall alone.
  describeStoreConformance("store-postgres with row-level security alone", openForSuite(database, { wrap: open }), {
    reopening: false, parts: ["isolation", "directory", "audit", "joined transactions"],
  });

  describe("the store's own filter switched off", () => {
    const reads = async (store: Awaited<ReturnType<typeof twins>>): Promise<unknown[][]> => {
      const { directory, audit, dataKeys, jobs, retention } = store.organization("org-b");
      return [
        (await directory.listAccounts()).map(({ displayName }) => displayName),
        (await audit.read(0, 10)).map(({ detail }) => detail),
        [...(await dataKeys.countByKey()).keys()],
        (await retention.accountIds(null, 10)),
        [await jobs.dueAt("retention", "org-a")],
      ];
    };

    test("row-level security gives 0 foreign rows", async () => {
      const store = await twins(database(), open(database().pools.runtime as unknown as PgPool), false);
      expect(await reads(store)).toEqual([["org-b"], ["org-b"], ["org-b"], ["account-1"], [null]]);
      await store.organization("org-b").jobs.cancel("retention", "org-a");
      await store.organization("org-b").dataKeys.remove("account-1");
      expect(await store.organization("org-a").dataKeys.get("account-1")).not.toBeNull();
      expect(await store.organization("org-a").jobs.dueAt("retention", "org-a")).toBe(1);
    });

    test("and without it, as a superuser, they are there: the switch is one", async () => {
      const store = await twins(database(), open(database().pools.admin as unknown as PgPool), true);
      const [accounts, log, keys, ids, due] = await reads(store);
      expect(new Set(accounts)).toEqual(new Set(["org-a", "org-b"]));
      expect(new Set(log)).toEqual(new Set(["org-a", "org-b"]));
      expect(new Set(keys)).toEqual(new Set(["org-a", "org-b"]));
      expect(ids).toHaveLength(2);
      expect(due).toEqual([1]);
    });

    afterAll(() => expect(rewritten).toBeGreaterThan(100));
  });
});
