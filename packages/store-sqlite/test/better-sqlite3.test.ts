import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeStoreConformance, type OpenedStore, type StoreOpenOptions } from "@kalends/testing";
import { betterSqlite3Driver, openSqliteStore, type BetterSqlite3Database } from "../src/index.ts";
import { dumpConnection } from "./open-for-suite.ts";

type Constructor = new (path: string, options?: { timeout?: number }) => BetterSqlite3Database;

/** The library, or why it cannot be had: it brings binaries for the common platforms and compiles on none. */
async function load(): Promise<Constructor | string> {
  try {
    // Its types are not installed, and the store needs none: it takes any database of that shape.
    const name = "better-sqlite3";
    const { default: Database } = (await import(name)) as { default: Constructor };
    new Database(":memory:").close();
    return Database;
  } catch (thrown) {
    return `better-sqlite3 does not load on this machine (${(thrown as { code?: string }).code ?? "unknown"})`;
  }
}

function inPassing<T>(path: string, Database: Constructor, work: (database: BetterSqlite3Database) => T): T {
  const database = new Database(path);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

function openWith(Database: Constructor): (options: StoreOpenOptions) => Promise<OpenedStore> {
  return async ({ onStatement }) => {
    const folder = mkdtempSync(join(tmpdir(), "kalends-better-"));
    const path = join(folder, "kalends.db");
    const open = () => openSqliteStore({ path, onStatement, driver: betterSqlite3Driver(new Database(path)) });
    const store = await open();
    return {
      store,
      another: () => openSqliteStore({ path, driver: betterSqlite3Driver(new Database(path)) }),
      // With the same library: a second one in this process would drop the first one's file locks when it closes the file.
      dump: async () => inPassing(path, Database, dumpConnection),
      execute: async (statement) => inPassing(path, Database, (database) => void database.exec(`pragma recursive_triggers = on; ${statement}`)),
      dispose: async () => {
        await store.close();
        rmSync(folder, { recursive: true });
      },
    };
  };
}

const loaded = await load();

if (typeof loaded === "string") {
  test("store-sqlite on better-sqlite3", (context) => context.skip(loaded));
} else {
  describeStoreConformance("store-sqlite on better-sqlite3", openWith(loaded), { reopening: false });

  describe("errors of better-sqlite3", () => {
    test("are recognised by the names that it gives them", async () => {
      const folder = mkdtempSync(join(tmpdir(), "kalends-better-"));
      const path = join(folder, "kalends.db");
      const store = await openSqliteStore({ path, busyTimeoutMs: 20, driver: betterSqlite3Driver(new loaded(path)) });
      await store.migrations.run();
      const other = new loaded(path);
      other.exec("begin immediate");
      await expect(store.settings.put("a", "b")).rejects.toMatchObject({ name: "KalendsError", code: "store-locked", failure: "transient" });
      other.exec("rollback");
      other.close();
      await store.settings.put("a", "b");
      await store.close();
      rmSync(folder, { recursive: true });
    });
  });
}
