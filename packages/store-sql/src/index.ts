export { createSqlStore, type SqlStoreOptions } from "./sql-store.ts";
export type { AcrossOrganizations } from "./database/across-organizations.ts";
export { plainAcrossOrganizations } from "./database/plain-across-organizations.ts";
export type { SqlDatabase } from "./database/sql-database.ts";
export type { BulkText, SqlConnection, SqlDriver, SqlRow, SqlSession, SqlValue, SqlWriteSession } from "./database/sql-driver.ts";
export type { SqlFlavor } from "./database/sql-flavor.ts";
