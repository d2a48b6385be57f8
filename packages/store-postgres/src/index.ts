export { openPostgresStore, type PostgresStoreOptions } from "./open-postgres-store.ts";
export type { PgClient, PgPool, PgQuery } from "./pg-source.ts";
export type { StatementHook } from "./postgres-driver.ts";
export { migrationScript } from "./migration-script.ts";
export { roleScript, type RoleScriptOptions } from "./role-script.ts";
