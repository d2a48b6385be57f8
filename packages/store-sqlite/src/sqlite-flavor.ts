import { sql, SqliteAdapter, SqliteQueryCompiler } from "kysely";
import type { SqlFlavor } from "@kalends/store-sql";
import { mapSqliteError } from "./map-sqlite-error.ts";

/** SQLite, 3.38 or newer: strict tables, RETURNING, json_each. */
export const sqliteFlavor: SqlFlavor = {
  name: "sqlite",
  createQueryCompiler: () => new SqliteQueryCompiler(),
  createAdapter: () => new SqliteAdapter(),
  types: { text: "text", integer: "integer", bytes: "blob" },
  bulk: "rows",
  rowLocks: false,
  createTable: (name, lines, clustered) =>
    `create table ${name} (\n${lines.map((line) => `  ${line}`).join(",\n")}\n)${clustered ? " strict, without rowid" : " strict"}`,
  beforeMigrations: [],
  afterMigrations: [],
  appendOnly: (table) =>
    ["update", "delete"].map(
      (verb) => `create trigger ${table}_no_${verb} before ${verb} on ${table}\nbegin\n  select raise(abort, '${table} is append-only');\nend`,
    ),
  textList: (values) => sql<string>`(select value from json_each(${JSON.stringify(values)}))`,
  joinTexts: (text, separator) => sql`group_concat(${text}, ${sql.lit(separator)})`,
  tableExists: (table) => `select name from sqlite_schema where type = 'table' and name = '${table}'`,
  mapError: mapSqliteError,
};
