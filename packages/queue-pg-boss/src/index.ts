export { pgBossJobSource, type PgBossJobSourceOptions } from "./pg-boss-job-source.ts";
export type { BossPort } from "./boss-port.ts";
