import type { SqlFlavor } from "../database/sql-flavor.ts";
import { createTable } from "./create-table.ts";
import type { Migration } from "./migration.ts";

/**
 * Priorities, lanes and dead letters of jobs, and budgets shared by all workers. The order is an expression and not a column: workers of the
 * version before write `run_at` alone, and what they write is ordered rightly too.
 */
function statements(flavor: SqlFlavor): string[] {
  const { text, integer } = flavor.types;
  return [
    `alter table job add column head_start ${integer} not null default 0`,
    `alter table job add column again_head_start ${integer} not null default 0`,
    `alter table job add column lane ${text} not null default ''`,
    `alter table job add column error_code ${text}`,
    `alter table job add column dead_since ${integer}`,
    // Which provider a job calls, for the jobs that are there.
    `update job set lane = coalesce((select connection.provider from calendar join connection
      on connection.organization = calendar.organization and connection.id = calendar.connection_id
      where calendar.organization = job.organization and calendar.id = job.subject), '') where kind = 'sync-calendar'`,
    `update job set lane = coalesce((select connection.provider from connection
      where connection.organization = job.organization and connection.id = job.subject), '') where kind = 'list-calendars'`,
    "create index job_by_order on job ((run_at - head_start))",
    // The best job of each organization and lane, however many another one has.
    "create index job_by_lane on job (organization, lane, (run_at - head_start))",
    "create index job_dead on job (organization, dead_since) where dead_since is not null",
    createTable(flavor, "request_budget", {
      columns: [`name ${text} not null primary key`, `free_at ${integer} not null`],
      keys: [],
    }),
  ];
}

export const jobOrder: Migration = { number: 7, name: "job-order", statements };
