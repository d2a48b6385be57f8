import type { SqlDatabase } from "./sql-database.ts";
import type { AcrossOrganizations } from "./across-organizations.ts";
import { nextDue, nextTurns, oldestDue, queueLoad, runningShares } from "../jobs/due-jobs.ts";
import { listOrganizations } from "../organizations/organization-rows.ts";
import { liveHolders, releaseHolder } from "../sync/lease-holders.ts";

/** Plain queries. What concerns jobs is only read, and says so; a database with row-level security replaces the rest. */
export function plainAcrossOrganizations(database: SqlDatabase): AcrossOrganizations {
  const jobs = database.ofAllJobs();
  return {
    listOrganizations: () => listOrganizations(database),
    oldestDue: (now, limit, avoid) => jobs.read((scope) => oldestDue(scope, now, limit, avoid)),
    nextTurns: (now, turn, avoid) => jobs.read((scope) => nextTurns(scope, now, turn, avoid)),
    runningShares: (now) => jobs.read((scope) => runningShares(scope, now)),
    nextDue: () => jobs.read(nextDue),
    load: (now) => jobs.read((scope) => queueLoad(scope, now)),
    liveHolders: (now) => liveHolders(database, now),
    releaseHolder: (holder) => releaseHolder(database, holder),
  };
}
