import type { SqlFlavor } from "../database/sql-flavor.ts";
import type { Migration } from "./migration.ts";

/**
 * The order of jobs that were tried before: since when the work is owed, apart from when it may run again. Where the column is empty the two are
 * the same. Workers of the version before write `run_at` alone: what they move forward is never hidden by a later `owed_since`, and what they
 * complete stands ahead of its place once. The functions over all organizations are written anew: a dead worker's job keeps what was asked
 * for meanwhile.
 */
function statements(flavor: SqlFlavor): string[] {
  const order = "((case when owed_since < run_at then owed_since else run_at end) - head_start)";
  return [
    `alter table job add column owed_since ${flavor.types.integer}`,
    "drop index job_by_order",
    "drop index job_by_lane",
    `create index job_by_order on job (${order})`,
    `create index job_by_lane on job (organization, lane, ${order})`,
  ];
}

export const jobOwedSince: Migration = { number: 10, name: "job-owed-since", statements };
