import type { SqlDatabase } from "./sql-database.ts";
import type { AcrossOrganizations } from "./across-organizations.ts";
import { nextDue, nextTurns, oldestDue, queueLoad, runningShares } from "../jobs/due-jobs.ts";
import { listOrganizations } from "../organizations/organization-rows.ts";
import { liveHolders, releaseHolder } from "../sync/lease-holders.ts";

/** Plain queries, for a database without row-level security. */
export function plainAcrossOrganizations(database: SqlDatabase): AcrossOrganizations {
  return {
    listOrganizations: () => listOrganizations(database),
    oldestDue: (now, limit, avoid) => database.read((scope) => oldestDue(scope, now, limit, avoid)),
    nextTurns: (now, turn, avoid) => database.read((scope) => nextTurns(scope, now, turn, avoid)),
    runningShares: (now) => database.read((scope) => runningShares(scope, now)),
    nextDue: () => database.read(nextDue),
    load: (now) => database.read((scope) => queueLoad(scope, now)),
    liveHolders: (now) => liveHolders(database, now),
    releaseHolder: (holder) => releaseHolder(database, holder),
  };
}
