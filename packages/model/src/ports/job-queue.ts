/**
 * Work that waits for its time. `sync-calendar` and `list-calendars` name their subject; `roll-window` moves a calendar's busy spans;
 * `retention` removes what is due in its organization, `erasure` finishes the erasure that it names;
 * `escalate-alert` names the number of an alert; `watch-calendar` and `watch-list` bring the watch channels of a calendar, or of a
 * connection's list, to what they should be; `deprovision-account` ends everybody's right to an account;
 * `leave-provider` tells a provider of a connection that was ended while it could not be reached.
 */
export type JobKind =
  | "sync-calendar"
  | "list-calendars"
  | "roll-window"
  | "escalate-alert"
  | "watch-calendar"
  | "watch-list"
  | "deprovision-account"
  | "leave-provider"
  | "retention"
  | "erasure";

/** Why a job runs: a provider told of a change, somebody waits for it, or its time has come again. */
export type JobPriority = "push" | "user" | "poll";

/**
 * How much longer than it really did a job counts as having waited, in milliseconds. A head start instead of a rank: a poll that is overdue by
 * more than that goes before the newest push, so nothing starves.
 */
export const headStartMs: Readonly<Record<JobPriority, number>> = { push: 15 * 60_000, user: 5 * 60_000, poll: 0 };

export interface NewJob {
  kind: JobKind;
  /** Calendar, connection or account id, or the number of an alert. One job waits per kind and subject; a second one only moves its time forward. */
  subject: string;
  /** Earliest start, ms since the epoch. */
  runAt: number;
  /** Default `poll`. A job that waits takes over the higher one. */
  priority?: JobPriority;
}

export interface ClaimedJob extends NewJob {
  organizationId: string;
  /**
   * Since when the work is owed, ms since the epoch: its order among jobs of equal priority. `runAt`, unless the job was tried before: then it
   * is due later than it is owed.
   */
  owedSince: number;
  priority: JobPriority;
  /** The provider that the job calls; empty where it calls none. */
  lane: string;
  /** Grows with every claim; whatever comes under an older token does nothing. */
  token: number;
  /** Failed runs in a row. */
  attempts: number;
  /** Runs in a row that ended without a word: the lease ran out, or the worker was found dead. 0 where the source cannot tell. */
  lostRuns: number;
}

/** A job that failed so often, and in such a way, that waiting alone will not mend it. It is tried once in a while, and at once when enqueued. */
export interface DeadLetter {
  kind: JobKind;
  subject: string;
  errorCode: string;
  attempts: number;
  /** ms since the epoch. */
  deadSince: number;
  nextRunAt: number;
}

/** A durable queue of coalesced jobs. */
export interface JobQueue {
  /**
   * Adds or moves forward; a job already due earlier stays as it is. One that runs is remembered: it runs exactly once more, however often
   * it was asked for meanwhile.
   */
  enqueue(job: NewJob): Promise<void>;
  /** Takes the job of that kind and subject out, whether it waits or runs. */
  cancel(kind: JobKind, subject: string): Promise<void>;
  /** When the job is due, or `null` where there is none. */
  dueAt(kind: JobKind, subject: string): Promise<number | null>;
  /** Jobs that were set aside, longest first. */
  deadLetters(limit: number): Promise<DeadLetter[]>;
}

/** When a job that is not done may run again, and its place among others until then. */
export interface JobRetry {
  /** Not before this time, ms since the epoch. */
  runAt: number;
  /** Since when the work counts as owed. After `runAt` it says nothing. */
  owedSince: number;
}

/** How a failed run of a job is remembered. */
export interface JobFailure extends JobRetry {
  errorCode: string;
  /** Of a job that was not run for the runs that were lost: so many stay counted. Default 0. */
  lostRuns?: number;
  /** When it became a dead letter; where it is one already, the earlier time stays. `null`: it is none. */
  deadSince: number | null;
}

/** What the queue of the whole database looks like now. */
export interface QueueLoad {
  /** Jobs due and not running. */
  due: number;
  running: number;
  dead: number;
  /** Since when the work is owed that has waited longest of what is due; `null` where nothing is due. */
  oldestDueAt: number | null;
}

/** The workers' side: jobs of all organizations. What is called with a job whose token is no longer the newest does nothing. */
export interface JobSource {
  /**
   * Claims up to `limit` due jobs for `leaseMs`; jobs whose lease ran out are due again. Organizations, and in each of them its lanes,
   * take turns, those with fewer running jobs first; within a turn what is owed for longest, head start included. Lanes to `avoid` are left out.
   */
  claimDue(now: number, limit: number, leaseMs: number, holder: string, avoid?: readonly string[]): Promise<ClaimedJob[]>;
  /** Prolongs the lease; `false` where the job was taken over, cancelled or given back. */
  renew(job: ClaimedJob, now: number, leaseMs: number): Promise<boolean>;
  /** The job is done; it stays queued for `nextRunAt`, or leaves the queue on `null`. Attempts start again at 0. */
  complete(job: ClaimedJob, nextRunAt: number | null): Promise<void>;
  /** The job failed; it is due again at `runAt`, keeps its priority, and its attempts count up. */
  defer(job: ClaimedJob, failure: JobFailure): Promise<void>;
  /** The job did not run, or not to its end, for a reason that is not its own; attempts stay as they are. */
  giveBack(job: ClaimedJob, retry: JobRetry): Promise<void>;
  /** When the next job is due, or `null`. */
  nextDue(): Promise<number | null>;
  load(now: number): Promise<QueueLoad>;
}
