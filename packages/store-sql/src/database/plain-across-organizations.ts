import type { SqlDatabase } from "./sql-database.ts";
import type { AcrossOrganizations } from "./across-organizations.ts";
import { claimDueJobs, nextDueJob } from "../jobs/claim-due-jobs.ts";
import { listOrganizations } from "../organizations/organization-rows.ts";
import { liveHolders, releaseHolder } from "../sync/lease-holders.ts";

/** Plain queries, for a database without row-level security. */
export function plainAcrossOrganizations(database: SqlDatabase): AcrossOrganizations {
  return {
    listOrganizations: () => listOrganizations(database),
    claimDue: (now, limit, leaseMs, holder) => claimDueJobs(database, now, limit, leaseMs, holder),
    nextDue: () => nextDueJob(database),
    liveHolders: (now) => liveHolders(database, now),
    releaseHolder: (holder) => releaseHolder(database, holder),
  };
}
