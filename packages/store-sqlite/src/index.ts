export { openSqliteStore, type SqliteStore, type SqliteStoreOptions } from "./open-sqlite-store.ts";
export { betterSqlite3Driver, type BetterSqlite3Database, type BetterSqlite3Statement } from "./better-sqlite3.ts";
export type { SqliteTransaction } from "./sqlite-transaction.ts";
export { nodeSqlite } from "./node-sqlite.ts";
export type { OpenSqlite, SqliteConnection, SqliteStatement, SqliteValue } from "./sqlite-connection.ts";
export type { StatementHook } from "./sqlite-driver.ts";
export { sqliteFlavor } from "./sqlite-flavor.ts";
