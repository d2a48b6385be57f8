export { createSqlStore, type SqlStoreOptions } from "./sql-store.ts";
export type { SqlConnection, SqlDriver, SqlRow, SqlValue } from "./database/sql-driver.ts";
export type { SqlFlavor } from "./database/sql-flavor.ts";
