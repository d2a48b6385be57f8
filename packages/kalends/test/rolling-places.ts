import { execFile } from "node:child_process";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { openSqliteStore } from "@kalends/store-sqlite";
import { queryPostgres, startPostgres, type SkipContext } from "@kalends/testing";

/** A database that workers of two versions share. */
export interface RollingPlace {
  /** As `createKalends` takes it. */
  database: string;
  /** Brings it to the schema of the version in that folder. */
  migrate(root: string): Promise<void>;
  rows(sql: string): Promise<Record<string, unknown>[]>;
  dispose(): Promise<void>;
}

/** A file. Workers of the first version made it; each opens it with its own hands. */
export async function sqlitePlace(folder: string): Promise<RollingPlace> {
  const path = join(folder, "kalends.db");
  return {
    database: path,
    migrate: async () => {
      const store = await openSqliteStore({ path });
      await store.migrations.run();
      await store.close();
    },
    rows: async (sql) => {
      const database = new DatabaseSync(path, { readOnly: true });
      try {
        return database.prepare(sql).all() as Record<string, unknown>[];
      } finally {
        database.close();
      }
    },
    dispose: async () => undefined,
  };
}

/** A real server. The owner migrates, by the command line of each version; the workers run under a role that cannot. */
export async function postgresPlace(context: SkipContext, old: string): Promise<RollingPlace> {
  const server = await startPostgres(context);
  const url = await server.createDatabase();
  const as = (role: string): string => {
    const other = new URL(url);
    other.username = role;
    return other.href;
  };
  // Not waited for with this process standing still: the calendar server runs in it, and the workers are at work.
  const kalends = async (root: string, ...words: string[]): Promise<string> => {
    const main = join(root, "packages/kalends/src/cli/main.ts");
    return (await promisify(execFile)(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...words], { cwd: root })).stdout;
  };
  const migrate = async (root: string): Promise<void> => void (await kalends(root, "migrate", "--database", as("kalends_owner")));
  await queryPostgres(url, await kalends(old, "migrate", "--print-roles", "--database", as("kalends_owner")));
  await migrate(old);
  return {
    database: as("kalends_app"),
    migrate,
    rows: (sql) => queryPostgres(url, sql.replace(/\bfrom (\w+)/g, "from kalends.$1")),
    dispose: () => server.stop(),
  };
}
