import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { HostTransaction, OpenedStore, StoreOpenOptions } from "@kalends/testing";
import { nodeSqlite, openSqliteStore, type SqliteConnection, type SqliteStore } from "../src/index.ts";

/** Every row of every table, read past the store by a connection of its own. */
export function dumpFile(path: string): Record<string, unknown[]> {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return dumpConnection(database);
  } finally {
    database.close();
  }
}

export function dumpConnection(connection: { prepare(sql: string): { all(): unknown[] } }): Record<string, unknown[]> {
  const tables = connection.prepare("select name from sqlite_schema where type = 'table' and name <> 'host_note' order by name").all() as { name: string }[];
  return Object.fromEntries(tables.map(({ name }) => [name, connection.prepare(`select * from ${name} order by 1, 2`).all()]));
}

const withoutGuards = (table: string, statements: string): string =>
  `${["update", "delete"].map((verb) => `drop trigger ${table}_no_${verb};`).join(" ")} ${statements}`;

function executeOn(path: string, statement: string): void {
  const database = new DatabaseSync(path);
  try {
    database.exec("pragma recursive_triggers = on");
    database.exec(statement);
  } finally {
    database.close();
  }
}

/** Rows of a host's own, in the same file. */
function hostOf(current: () => SqliteStore): Required<Pick<OpenedStore, "hostTransaction" | "hostNotes">> {
  const table = "create table if not exists host_note (text text not null)";
  return {
    hostTransaction: async <T>(work: (host: HostTransaction) => Promise<T>): Promise<T> => {
      // In a transaction of its own: a table that is rolled back would show in the dump.
      await current().transaction(async (transaction) => transaction.run(table));
      return current().transaction((transaction) =>
        work({ transaction, note: async (text) => void transaction.run("insert into host_note (text) values (?)", text) }),
      );
    },
    hostNotes: () =>
      current().transaction(async (transaction) => {
        transaction.run(table);
        return (transaction.all("select text from host_note order by text") as { text: string }[]).map(({ text }) => text);
      }),
  };
}

/** A store in a file of its own, for the conformance suite. `synchronous: normal`: the suite cuts no power. */
export async function openFileForSuite({ onStatement }: StoreOpenOptions): Promise<OpenedStore> {
  const folder = mkdtempSync(join(tmpdir(), "kalends-store-"));
  const path = join(folder, "kalends.db");
  const open = (): Promise<SqliteStore> => openSqliteStore({ path, onStatement, synchronous: "normal" });
  const store = await open();
  let current = store;
  return {
    store,
    reopen: async () => {
      await current.close();
      current = await open();
      return current;
    },
    another: () => openSqliteStore({ path, synchronous: "normal" }),
    dump: async () => dumpFile(path),
    ...hostOf(() => current),
    execute: async (statement) => executeOn(path, statement),
    tamper: async (table, statements) => executeOn(path, withoutGuards(table, statements)),
    dispose: async () => {
      await current.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A store that lives in memory. */
export async function openMemoryForSuite({ onStatement }: StoreOpenOptions): Promise<OpenedStore> {
  let connection: SqliteConnection | null = null;
  const store = await openSqliteStore({ path: ":memory:", onStatement, driver: (path) => (connection = nodeSqlite(path)) });
  const inside = (): SqliteConnection => connection ?? nodeSqlite(":memory:");
  return {
    store,
    dump: async () => dumpConnection(inside()),
    ...hostOf(() => store),
    execute: async (statement) => inside().exec(statement),
    tamper: async (table, statements) => inside().exec(withoutGuards(table, statements)),
    dispose: () => store.close(),
  };
}
