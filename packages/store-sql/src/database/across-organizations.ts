import type { ClaimedJob, Organization } from "@kalends/model";

/**
 * The little that is asked about all organizations at once. A database that keeps organizations apart by itself does it through functions
 * that can do this and nothing else.
 */
export interface AcrossOrganizations {
  listOrganizations(): Promise<Organization[]>;
  claimDue(now: number, limit: number, leaseMs: number, holder: string): Promise<ClaimedJob[]>;
  /** When the next job is due, or `null`. */
  nextDue(): Promise<number | null>;
  /** Names of those who hold a claim or a job lease that has not run out. */
  liveHolders(now: number): Promise<string[]>;
  /** Ends all claims and job leases of a dead holder at once. Tokens stay: should the holder still live, its writes are refused. */
  releaseHolder(holder: string): Promise<void>;
}
