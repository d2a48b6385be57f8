/**
 * Work that waits for its time. `sync-calendar` and `list-calendars` name their subject; `roll-window` moves a calendar's busy spans;
 * `escalate-alert` names the number of an alert; `watch-calendar` and `watch-list` bring the watch channels of a calendar, or of a
 * connection's list, to what they should be; `deprovision-account` ends everybody's right to an account.
 */
export type JobKind =
  | "sync-calendar"
  | "list-calendars"
  | "roll-window"
  | "escalate-alert"
  | "watch-calendar"
  | "watch-list"
  | "deprovision-account";

export interface NewJob {
  kind: JobKind;
  /** Calendar, connection or account id, or the number of an alert. One job waits per kind and subject; a second one only moves its time forward. */
  subject: string;
  /** Earliest start, ms since the epoch. */
  runAt: number;
}

export interface ClaimedJob extends NewJob {
  organizationId: string;
  /** Grows with every claim; `complete` and `defer` under an older token do nothing. */
  token: number;
  /** Failed runs in a row. */
  attempts: number;
}

/** A durable queue of coalesced jobs. */
export interface JobQueue {
  /** Adds or moves forward; a job already due earlier stays as it is. */
  enqueue(job: NewJob): Promise<void>;
  /** Takes the job of that kind and subject out, whether it waits or runs. */
  cancel(kind: JobKind, subject: string): Promise<void>;
  /** When the job is due, or `null` where there is none. */
  dueAt(kind: JobKind, subject: string): Promise<number | null>;
}

/** The scheduler's side: jobs of all organizations of this database. */
export interface JobSource {
  /** Claims up to `limit` due jobs for `leaseMs`, oldest first; jobs whose lease ran out are due again. */
  claimDue(now: number, limit: number, leaseMs: number, holder: string): Promise<ClaimedJob[]>;
  /** The job is done; it stays queued for `nextRunAt`, or leaves the queue on `null`. Attempts start again at 0. */
  complete(job: ClaimedJob, nextRunAt: number | null): Promise<void>;
  /** The job failed; it is due again at `runAt` and its attempts count up. */
  defer(job: ClaimedJob, runAt: number): Promise<void>;
  /** When the next job is due, or `null`. */
  nextDue(): Promise<number | null>;
}
