import type { NewJob, OrganizationId } from "@kalends/model";
import { preparedTexts } from "../database/prepared-texts.ts";
import type { SqlScope } from "../database/sql-scope.ts";

/** Adds the jobs, or moves those of the same kind and subject forward. */
export async function enqueueJobs(scope: SqlScope, organization: OrganizationId, jobs: readonly NewJob[]): Promise<void> {
  // The earliest last: of several for one subject, a database that takes them as a set keeps that one. Equal orders in all transactions
  // keep these from waiting for each other.
  const sorted = [...jobs].sort((one, other) => compare(one.kind, other.kind) || compare(one.subject, other.subject) || other.runAt - one.runAt);
  await scope.runMany(
    preparedTexts(scope).enqueueJob,
    sorted.map((job) => [organization, job.kind, job.subject, job.runAt, 0, 0]),
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
