import type { Clock, Store } from "@kalends/model";
import { openSqliteStore } from "@kalends/store-sqlite";
import type { PostgresStoreOptions } from "@kalends/store-postgres";

/** How a database named by `postgres://` is used; docs/how-to/use-postgres.md explains the roles. */
export type PostgresOptions = Pick<
  PostgresStoreOptions,
  "schema" | "maxConnections" | "lockTimeoutMs" | "statementTimeoutMs" | "prepare" | "partitions" | "allowUnsafeRole"
>;

export function isPostgresUrl(database: string): boolean {
  return /^postgres(ql)?:\/\//i.test(database);
}

/** A SQLite file (or `:memory:`) by its path, PostgreSQL by its connection string. What is not used is not loaded. */
export async function openDatabase(database: string, clock: Clock, postgres: PostgresOptions = {}): Promise<Store> {
  if (!isPostgresUrl(database)) return openSqliteStore({ path: database, clock });
  const { openPostgresStore } = await import("@kalends/store-postgres");
  return openPostgresStore({ ...postgres, connectionString: database, clock });
}
