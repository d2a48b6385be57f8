import { PostgresAdapter, PostgresQueryCompiler, sql } from "kysely";
import { KalendsError } from "@kalends/model";
import type { SqlFlavor } from "@kalends/store-sql";
import { acrossFunctions } from "./across-functions.ts";
import { arrayLiteral } from "./array-literal.ts";
import { mapPostgresError } from "./map-postgres-error.ts";
import { protectTables } from "./protect-tables.ts";
import { safeLiteral, searchPath } from "./session-statements.ts";

/** PostgreSQL 15 or newer, in a schema of its own. `partitions`: each organization's table is split by hash of the organization. */
export function postgresFlavor(schema: string, partitions: number | null): SqlFlavor {
  return {
    name: "postgres",
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    // Ordered by their bytes, as everywhere: the same pages, the same digests, whatever the server's collation, and no change with its library.
    types: { text: 'text collate "C"', integer: "bigint", bytes: "bytea" },
    bulk: "sets",
    rowLocks: true,
    createTable: (name, lines) => tableText(name, lines, partitions),
    appendOnly: (table) => [
      `create or replace function refuse_change() returns trigger language plpgsql as $refuse$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'integrity_constraint_violation';
end
$refuse$`,
      ...["update", "delete"].map((verb) => `create trigger ${table}_no_${verb} before ${verb} on ${table} for each row execute function refuse_change()`),
      `create trigger ${table}_no_truncate before truncate on ${table} for each statement execute function refuse_change()`,
    ],
    beforeMigrations: [
      // `create schema if not exists` wants the right to create one even where it is there.
      `do $schema$ begin if to_regnamespace('${schema}') is null then create schema "${schema}"; end if; end $schema$`,
      `select pg_catalog.set_config('search_path', '${searchPath(schema)}', true)`,
      // One migration at a time; the second one waits and then finds nothing to do.
      `select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('kalends migration ${schema}', 0))`,
      // Steps that move data see all rows: a policy allows that to the owner of the tables, and to nobody else.
      "select pg_catalog.set_config('kalends.reach', 'all', true)",
    ],
    afterMigrations: [...acrossFunctions(schema), protectTables()],
    textList: (values) => sql<string>`(select pg_catalog.unnest(${arrayLiteral(values)}::text[]))`,
    joinTexts: (text, separator) => sql`pg_catalog.string_agg(${text}, ${sql.lit(separator)})`,
    tableExists: (table) => `select 1 as here from pg_catalog.pg_tables where schemaname = ${safeLiteral(schema)} and tablename = '${table}'`,
    mapError: mapPostgresError,
  };
}

function tableText(name: string, lines: readonly string[], partitions: number | null): string {
  const table = `create table ${name} (\n${lines.map((line) => `  ${line}`).join(",\n")}\n)`;
  if (partitions === null || !lines.some((line) => line.startsWith("organization "))) return table;
  const parts = Array.from(
    { length: partitions },
    (_, part) => `create table ${name}_p${part} partition of ${name} for values with (modulus ${partitions}, remainder ${part})`,
  );
  return [`${table} partition by hash (organization)`, ...parts].join(";\n");
}

/** Throws `invalid-argument` for a number of partitions that makes no sense. */
export function checkPartitions(partitions: number | undefined): number | null {
  if (partitions === undefined) return null;
  if (!Number.isSafeInteger(partitions) || partitions < 1 || partitions > 1024) {
    throw new KalendsError("invalid-argument", "partitions must be a whole number from 1 to 1024");
  }
  return partitions;
}
