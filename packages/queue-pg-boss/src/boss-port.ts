import type { PgBoss } from "pg-boss";

/** What is used of a started pg-boss instance. Its owner starts and stops it, and chooses its database and schema. */
export type BossPort = Pick<PgBoss, "createQueue" | "getQueues" | "insert" | "fetch" | "complete" | "fail" | "touch">;
