import type { OpenSqlite, SqliteStatement, SqliteValue } from "./sqlite-connection.ts";

/** A statement of better-sqlite3. Its `all` refuses statements that return no rows, and `run` those that do. */
export interface BetterSqlite3Statement {
  readonly reader: boolean;
  all(...parameters: SqliteValue[]): unknown[];
  run(...parameters: SqliteValue[]): { changes: number };
}

/** The part of better-sqlite3's `Database` that is used; pass an open instance of your own. */
export interface BetterSqlite3Database {
  exec(sql: string): unknown;
  prepare(sql: string): BetterSqlite3Statement;
  close(): unknown;
}

/**
 * Runs the store on better-sqlite3: `openSqliteStore({ path, driver: betterSqlite3Driver(new Database(path)) })`.
 * The database belongs to the store from then on; closing the store closes it. Never open one file by better-sqlite3 and node:sqlite in the
 * same process: each drops the other's locks when it closes the file (sqlite.org/howtocorrupt.html section 2.2.1).
 */
export function betterSqlite3Driver(database: BetterSqlite3Database): OpenSqlite {
  return () => ({
    exec: (sql) => void database.exec(sql),
    prepare: (sql) => statement(database.prepare(sql)),
    close: () => void database.close(),
  });
}

function statement(prepared: BetterSqlite3Statement): SqliteStatement {
  return {
    all: (...parameters) => {
      if (prepared.reader) return prepared.all(...parameters).map(plainBytes);
      prepared.run(...parameters);
      return [];
    },
    run: (...parameters) => {
      if (!prepared.reader) return prepared.run(...parameters);
      return { changes: prepared.all(...parameters).length };
    },
  };
}

/** better-sqlite3 answers with Node's Buffer, whose methods differ from those of the Uint8Array that the ports promise. */
function plainBytes(row: unknown): unknown {
  const values = row as Record<string, unknown>;
  for (const column in values) {
    const value = values[column];
    if (Buffer.isBuffer(value)) values[column] = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  return values;
}
