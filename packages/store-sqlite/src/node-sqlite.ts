import { DatabaseSync } from "node:sqlite";
import type { SqliteConnection } from "./sqlite-connection.ts";

/** SQLite as Node itself brings it: nothing to install. */
export function nodeSqlite(path: string): SqliteConnection {
  const database = new DatabaseSync(path);
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => database.prepare(sql),
    close: () => database.close(),
  };
}
