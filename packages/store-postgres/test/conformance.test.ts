import { expect, test } from "vitest";
import { describeStoreConformance, queryPostgres } from "@kalends/testing";
import { ColumnTypes } from "./column-types.ts";
import { openPostgresStore, type PgPool } from "../src/index.ts";
import { makeSchema, openForSuite, withSuiteDatabase } from "./suite-database.ts";

/** Texts that are no column of a table, and why they never look like a number. */
const otherTexts = new Set([
  "excluded", // JSON arrays
  "spans", // each begins with a kind
  ...["title", "content", "description"], // bytes; or NULL where the reader does not reach them
]);

withSuiteDatabase((database) => {
  const seen = new ColumnTypes();
  describeStoreConformance("store-postgres on a pg pool", openForSuite(database, { wrap: seen.wrap }), { reopening: true });

  // A Kysely dialect does not tell the types of what it answers, so there they are told by the names (kysely-source.ts).
  test("in all answers to the suite a column's name tells whether it is a text", async () => {
    expect(seen.texts.size + seen.numbers.size).toBeGreaterThan(100);
    expect([...seen.numbers].filter((name) => seen.texts.has(name))).toEqual([]);
    const schema = await makeSchema(database());
    const ofOwner = await openPostgresStore({ pool: database().pools.owner as unknown as PgPool, schema });
    await ofOwner.migrations.run();
    const rows = await queryPostgres(database().url, `select distinct attname::text as name, (atttypid = 'text'::regtype)::int4 as text from pg_attribute a
      join pg_class c on c.oid = a.attrelid where attnum > 0 and not attisdropped and relkind in ('r', 'p') and relnamespace = '${schema}'::regnamespace`);
    const columns = (text: boolean): Set<string> => new Set(rows.filter((row) => (Number(row["text"]) === 1) === text).map((row) => String(row["name"])));
    const [texts, others] = [columns(true), columns(false)];
    expect(texts.size).toBeGreaterThan(30);
    expect([...texts].filter((name) => others.has(name))).toEqual([]);
    expect([...seen.numbers].filter((name) => texts.has(name))).toEqual([]);
    expect([...seen.texts].filter((name) => !texts.has(name) && !otherTexts.has(name))).toEqual([]);
  });
});
