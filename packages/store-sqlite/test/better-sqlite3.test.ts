import { DatabaseSync } from "node:sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeStoreConformance, type OpenedStore } from "@kalends/testing";
import { betterSqlite3Driver, openSqliteStore, type BetterSqlite3Database, type SqliteValue } from "../src/index.ts";

type Constructor = new (path: string) => BetterSqlite3Database;

/** Not a dependency: it compiles at installation. Where a developer has it, the real library is tested too. */
async function installed(): Promise<Constructor | null> {
  const name = "better-sqlite3";
  return import(name).then(
    (module: { default: Constructor }) => module.default,
    () => null,
  );
}

/** The habits of better-sqlite3 that differ from node:sqlite: `run` refuses what returns rows, `all` what does not, and errors carry names. */
class StrictDatabase implements BetterSqlite3Database {
  readonly #database: DatabaseSync;

  constructor(path: string) {
    this.#database = new DatabaseSync(path);
  }

  exec(sql: string): void {
    this.#named(() => this.#database.exec(sql));
  }

  prepare(sql: string): ReturnType<BetterSqlite3Database["prepare"]> {
    const statement = this.#named(() => this.#database.prepare(sql));
    const reader = statement.columns().length > 0;
    return {
      reader,
      all: (...parameters: SqliteValue[]) => {
        if (!reader) throw new TypeError("This statement does not return data. Use run() instead");
        return this.#named(() => statement.all(...parameters));
      },
      run: (...parameters: SqliteValue[]) => {
        if (reader) throw new TypeError("This statement returns data. Use get(), all(), or iterate() instead");
        return { changes: Number(this.#named(() => statement.run(...parameters)).changes) };
      },
    };
  }

  close(): void {
    this.#database.close();
  }

  #named<T>(run: () => T): T {
    try {
      return run();
    } catch (thrown) {
      const names: Record<number, string> = { 787: "SQLITE_CONSTRAINT_FOREIGNKEY", 1555: "SQLITE_CONSTRAINT_PRIMARYKEY", 2067: "SQLITE_CONSTRAINT_UNIQUE" };
      const { errcode, message } = thrown as { errcode: number; message: string };
      throw Object.assign(new Error(message), { code: names[errcode] ?? "SQLITE_ERROR" });
    }
  }
}

function suiteOn(make: Constructor): (options: { onStatement: (sql: string) => void }) => Promise<OpenedStore> {
  return async ({ onStatement }) => {
    const folder = mkdtempSync(join(tmpdir(), "kalends-better-"));
    const path = join(folder, "kalends.db");
    const store = await openSqliteStore({ path, onStatement, driver: betterSqlite3Driver(new make(path)) });
    return {
      store,
      another: () => openSqliteStore({ path, driver: betterSqlite3Driver(new make(path)) }),
      dispose: async () => {
        await store.close();
        rmSync(folder, { recursive: true });
      },
    };
  };
}

describeStoreConformance("store-sqlite by the better-sqlite3 adapter, over a stand-in with its habits", suiteOn(StrictDatabase), { reopening: false });

const real = await installed();
if (real !== null) {
  describeStoreConformance("store-sqlite on better-sqlite3", suiteOn(real), { reopening: false });
} else {
  describe("store-sqlite on better-sqlite3", () => {
    test("the whole suite on the real library", (context) => context.skip("better-sqlite3 is not installed; it is no dependency because it compiles"));
  });
}

test("errors are recognised by the names that better-sqlite3 gives them", async () => {
  const store = await openSqliteStore({
    path: ":memory:",
    driver: betterSqlite3Driver({
      exec: () => undefined,
      close: () => undefined,
      prepare: () => {
        throw Object.assign(new Error("database is locked"), { code: "SQLITE_BUSY_SNAPSHOT" });
      },
    }),
  });
  await expect(store.listOrganizations()).rejects.toMatchObject({ code: "store-locked", failure: "transient" });
  await store.close();
});
