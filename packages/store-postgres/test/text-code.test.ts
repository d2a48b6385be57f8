import fc from "fast-check";
import { expect, test } from "vitest";
import { arrayLiteral } from "../src/array-literal.ts";
import { openPostgresStore, type PgPool } from "../src/index.ts";
import { decodeText, encodeText } from "../src/text-code.ts";
import { makeSchema, withSuiteDatabase } from "./suite-database.ts";

/** Texts with what the code treats apart, and what PostgreSQL's array form does, more often than chance would. */
const texts = fc.array(fc.oneof(fc.constantFrom("\0", "\ufdd0", "\ufdd1", "\ufdd2", "\\", "\"", "{", "}", ",", "NULL", "'", "%", "\n"), fc.string({ unit: "binary" })), { maxLength: 8 })
  .map((parts) => parts.join(""))
  .filter((text) => !/\p{Surrogate}/u.test(text));

test("every text comes back as it was, without NUL on the way, and two texts never become one", () => {
  fc.assert(fc.property(texts, texts, (one, other) => {
    expect(encodeText(one)).not.toContain("\0");
    expect(decodeText(encodeText(one))).toBe(one);
    expect(encodeText(one) === encodeText(other)).toBe(one === other);
  }), { numRuns: 2_000 });
});

withSuiteDatabase((database) => {
  test("every text goes through the database alone and in an array", async () => {
    const { pools } = database();
    await fc.assert(fc.asyncProperty(fc.array(texts, { minLength: 1, maxLength: 20 }), async (list) => {
      const { rows } = await pools.runtime.query<{ value: string }>("select value from unnest($1::text[]) with ordinality as u (value, n) order by n", [arrayLiteral(list)]);
      expect(rows.map(({ value }) => decodeText(value))).toEqual(list);
      const single = await pools.runtime.query<{ value: string }>("select $1::text as value", [encodeText(list[0] ?? "")]);
      expect(decodeText(single.rows[0]?.value ?? "")).toBe(list[0]);
    }), { numRuns: 30 });
  });

  test("ids with NUL and marks are different accounts, found again by exactly their own, and an organization's id may hold them too", async () => {
    const schema = await makeSchema(database());
    await (await openPostgresStore({ pool: database().pools.owner as unknown as PgPool, schema })).migrations.run();
    const store = await openPostgresStore({ pool: database().pools.runtime as unknown as PgPool, schema });
    const hostile = ["a\0", "a\ufdd0", "a\ufdd0\ufdd2", "a\ufdd0\ufdd1", "a"];
    for (const organizationId of hostile.slice(0, 2)) {
      await store.addOrganization({ id: organizationId, name: "x", createdAt: 1 });
      const { directory } = store.organization(organizationId);
      for (const id of hostile) await directory.addAccount({ organizationId, id, externalId: id, displayName: organizationId, timeZone: "UTC", createdAt: 1 });
    }
    for (const organizationId of hostile.slice(0, 2)) {
      const { directory } = store.organization(organizationId);
      for (const id of hostile) expect(await directory.findAccountByExternalId(id)).toMatchObject({ id, organizationId, displayName: organizationId });
      expect(await directory.listAccounts()).toHaveLength(hostile.length);
    }
    expect((await store.listOrganizations()).map(({ id }) => id).toSorted()).toEqual(hostile.slice(0, 2).toSorted());
  });
});
