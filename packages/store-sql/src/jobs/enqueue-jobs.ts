import type { NewJob, OrganizationId } from "@kalends/model";
import { preparedTexts } from "../database/prepared-texts.ts";
import type { SqlScope } from "../database/sql-scope.ts";

/** Adds the jobs, or moves those of the same kind and subject forward. */
export async function enqueueJobs(scope: SqlScope, organization: OrganizationId, jobs: readonly NewJob[]): Promise<void> {
  await scope.runMany(
    preparedTexts(scope).enqueueJob,
    jobs.map((job) => [organization, job.kind, job.subject, job.runAt]),
  );
}
