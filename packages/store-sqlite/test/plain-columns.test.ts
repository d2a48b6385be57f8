import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { nodeSqlite, openSqliteStore, type SqliteConnection } from "../src/index.ts";

interface ColumnList {
  classes: Record<string, { whose: string; why: string }>;
  sealed: Record<string, string[]>;
  plain: Record<string, Record<string, string>>;
}

const list = JSON.parse(readFileSync(new URL("../../store-sql/plain-columns.json", import.meta.url), "utf8")) as ColumnList;

async function schemaColumns(): Promise<string[]> {
  let connection: SqliteConnection | null = null;
  const store = await openSqliteStore({ path: ":memory:", driver: (path) => (connection = nodeSqlite(path)) });
  await store.migrations.run();
  const rows = (sql: string): { name: string }[] => (connection as SqliteConnection | null)?.prepare(sql).all() as { name: string }[];
  const tables = rows("select name from sqlite_schema where type = 'table'").map(({ name }) => name);
  const columns = tables.flatMap((table) => rows(`pragma table_info(${table})`).map(({ name }) => `${table}.${name}`));
  await store.close();
  return columns.sort();
}

test("every column of the schema is in the reviewed list, once, sealed or with a reason to be plain", async () => {
  const sealed = Object.entries(list.sealed).flatMap(([table, columns]) => columns.map((column) => `${table}.${column}`));
  const plain = Object.entries(list.plain).flatMap(([table, columns]) => Object.keys(columns).map((column) => `${table}.${column}`));
  expect([...sealed, ...plain].sort()).toEqual(await schemaColumns());
  const used = new Set(Object.values(list.plain).flatMap((columns) => Object.values(columns)));
  expect([...used].sort()).toEqual(Object.keys(list.classes).sort());
  for (const [name, { whose, why }] of Object.entries(list.classes)) expect(whose.length * why.length, name).toBeGreaterThan(100);
});
