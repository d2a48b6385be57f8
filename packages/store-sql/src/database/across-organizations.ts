import type { Organization, QueueLoad } from "@kalends/model";
import type { DueJob, Turn } from "../jobs/due-jobs.ts";
import type { RunningShare } from "../jobs/fair-share.ts";

/**
 * The little that is asked about all organizations at once. A database that keeps organizations apart by itself does it through functions
 * that can do this and nothing else.
 */
export interface AcrossOrganizations {
  listOrganizations(): Promise<Organization[]>;
  /** Due jobs that are not running, those that waited longest first, head start included; lanes to `avoid` left out. */
  oldestDue(now: number, limit: number, avoid: readonly string[]): Promise<DueJob[]>;
  /** The longest-waiting due job of each of the next organizations and lanes after `turn`; `last`: where the next look goes on, `null` at the end. */
  nextTurns(now: number, turn: Turn, avoid: readonly string[]): Promise<{ due: DueJob[]; last: Turn | null }>;
  /** Running jobs by organization and lane. */
  runningShares(now: number): Promise<RunningShare[]>;
  load(now: number): Promise<QueueLoad>;
  /** When the next job is due, or `null`. */
  nextDue(): Promise<number | null>;
  /** Names of those who hold a claim or a job lease that has not run out. */
  liveHolders(now: number): Promise<string[]>;
  /** Ends all claims and job leases of a dead holder at once. Tokens stay: should the holder still live, its writes are refused. */
  releaseHolder(holder: string): Promise<void>;
}
