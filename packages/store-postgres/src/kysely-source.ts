import { CompiledQuery, type DatabaseConnection, type Dialect } from "kysely";
import type { SqlValue } from "@kalends/store-sql";
import type { PostgresLink, PostgresSource } from "./postgres-link.ts";
import { decodeText } from "./text-code.ts";

/** Connections of a Kysely dialect for PostgreSQL. The dialect belongs to the store from then on; closing the store closes it. */
export function kyselySource(dialect: Dialect, schema: string): PostgresSource {
  const driver = dialect.createDriver();
  let started: Promise<void> | null = null;
  const columns = new TextColumns(schema);
  return {
    acquire: async () => {
      await (started ??= driver.init());
      const connection = await driver.acquireConnection();
      return kyselyLink(connection, columns, () => driver.releaseConnection(connection));
    },
    close: () => driver.destroy(),
  };
}

/**
 * Which columns of Kalends' tables are texts. A dialect may answer a bigint as text, and does not tell the types of what it answers; no
 * column name stands for a text in one table and for a number in another (a test sees to it), so names tell them apart.
 */
export class TextColumns {
  readonly #schema: string;
  #names: Promise<ReadonlySet<string>> | null = null;

  constructor(schema: string) {
    this.#schema = schema;
  }

  of(connection: DatabaseConnection): Promise<ReadonlySet<string>> {
    return (this.#names ??= this.#read(connection));
  }

  async #read(connection: DatabaseConnection): Promise<ReadonlySet<string>> {
    const sql = "select distinct attname::text as name from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid" +
      " where a.attnum > 0 and a.atttypid = 'pg_catalog.text'::pg_catalog.regtype and c.relkind in ('r', 'p') and c.relnamespace = pg_catalog.to_regnamespace('" + this.#schema + "')";
    const { rows } = await connection.executeQuery<{ name: string }>(CompiledQuery.raw(sql));
    // Before the first migration there is nothing to know yet.
    if (rows.length === 0) this.#names = null;
    return new Set(rows.map((row) => row.name));
  }
}

export function kyselyLink(connection: DatabaseConnection, columns: TextColumns, release: () => Promise<void>): PostgresLink {
  return {
    pipelined: false,
    execute: async (sql, parameters) => {
      const values = parameters.map((value) => (value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value));
      const { rows, numAffectedRows } = await connection.executeQuery<Record<string, unknown>>(CompiledQuery.raw(sql, values));
      if (rows.length === 0) return { rows: [], changes: Number(numAffectedRows ?? 0) };
      const texts = await columns.of(connection);
      return { rows: rows.map((row) => plainRow(row, texts)), changes: Number(numAffectedRows ?? rows.length) };
    },
    script: async (statements) => {
      for (const statement of statements) await connection.executeQuery(CompiledQuery.raw(statement));
    },
    release: () => void release().catch(() => undefined),
  };
}

function plainRow(row: Record<string, unknown>, texts: ReadonlySet<string>): Record<string, SqlValue> {
  const plain: Record<string, SqlValue> = {};
  for (const [name, value] of Object.entries(row)) {
    if (typeof value === "bigint") plain[name] = Number(value);
    else if (value instanceof Uint8Array) plain[name] = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    else if (typeof value === "string") plain[name] = !texts.has(name) && /^-?\d+$/.test(value) ? Number(value) : decodeText(value);
    else plain[name] = value as SqlValue;
  }
  return plain;
}
