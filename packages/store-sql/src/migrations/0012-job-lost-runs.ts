import type { SqlFlavor } from "../database/sql-flavor.ts";
import type { Migration } from "./migration.ts";

/**
 * Runs in a row that ended without a word. The functions over all organizations are written anew: a run of a worker that is found dead is one of
 * them. A worker of the version before does not count, and what it completes keeps its count until the next run.
 */
function statements(flavor: SqlFlavor): string[] {
  return [`alter table job add column lost_runs ${flavor.types.integer} not null default 0`];
}

export const jobLostRuns: Migration = { number: 12, name: "job-lost-runs", statements };
