import type { ClaimedJob, JobFailure, JobPriority, JobRetry, JobSource, QueueLoad, Store } from "@kalends/model";
import type { Job } from "pg-boss";
import type { BossPort } from "./boss-port.ts";
import { LaneQueues } from "./lane-queues.ts";

export interface PgBossJobSourceOptions {
  /** A started pg-boss instance, on the same database or another one. */
  boss: BossPort;
  /** The store whose jobs are due. */
  store: Store;
  /** First part of the queues' names. Default `kalends`. */
  prefix?: string;
  /**
   * How many jobs beyond those that it takes itself a worker hands over each time. They begin a little sooner elsewhere, and their order and
   * their fairness are settled when they are handed over. Default 0.
   */
  ahead?: number;
}

/** What travels through pg-boss: ids, numbers and codes, never a text of an event or a name. */
interface HandedJob {
  job: ClaimedJob;
  /** Orders jobs that were handed over together. */
  order: number;
}

interface Look {
  now: number;
  limit: number;
  leaseMs: number;
  avoid: readonly string[];
  /** Jobs that this look has just claimed: their tokens are the newest. */
  own: ReadonlySet<string>;
}

interface Handle {
  queue: string;
  id: string;
}

const holder = "pg-boss";
const priorities: Readonly<Record<JobPriority, number>> = { push: 2, user: 1, poll: 0 };
/** A job whose worker died is closed in pg-boss after so long; the schedule has begun it again by then. */
const heartbeatSeconds = 120;
const expireInSeconds = 12 * 3_600;

const nameOf = ({ organizationId, kind, subject }: ClaimedJob): string => JSON.stringify([organizationId, kind, subject]);
const handleOf = (job: ClaimedJob): string => JSON.stringify([job.organizationId, job.kind, job.subject, job.token]);

/**
 * A source of jobs on pg-boss. The store's queue stays the schedule: one row per job, its time moved in the transaction that needs it. What is
 * due is claimed there, handed to pg-boss under the claim's token, and fetched by whichever worker is free. A job fetched under a token
 * that is no longer the newest is dropped; one that pg-boss lost is due again when its lease runs out.
 */
class PgBossJobSource implements JobSource {
  readonly #boss: BossPort;
  readonly #schedule: JobSource;
  readonly #queues: LaneQueues;
  readonly #ahead: number;
  /** Where the jobs of this worker are in pg-boss. */
  readonly #handles = new Map<string, Handle>();

  constructor({ boss, store, prefix = "kalends", ahead = 0 }: PgBossJobSourceOptions) {
    this.#boss = boss;
    this.#schedule = store.jobSource;
    this.#queues = new LaneQueues(boss, prefix);
    this.#ahead = ahead;
  }

  async claimDue(now: number, limit: number, leaseMs: number, _holder: string, avoid: readonly string[] = []): Promise<ClaimedJob[]> {
    const taken: HandedJob[] = [];
    try {
      await this.#fetch(taken, { now, limit, leaseMs, avoid, own: new Set() });
      if (taken.length < limit) {
        const own = await this.#handOver(now, limit - taken.length + this.#ahead, leaseMs, avoid);
        if (own.size > 0) await this.#fetch(taken, { now, limit, leaseMs, avoid, own });
      }
    } catch (thrown) {
      // What was fetched is nobody else's any more, so it runs; the next look tells what is wrong.
      if (taken.length === 0) throw thrown;
    }
    return taken.sort((one, other) => one.order - other.order).map(({ job }) => job);
  }

  async renew(job: ClaimedJob, now: number, leaseMs: number): Promise<boolean> {
    const kept = await this.#schedule.renew(job, now, leaseMs);
    const handle = this.#handles.get(handleOf(job));
    if (kept && handle !== undefined) await this.#boss.touch(handle.queue, handle.id);
    return kept;
  }

  async complete(job: ClaimedJob, nextRunAt: number | null): Promise<void> {
    await this.#schedule.complete(job, nextRunAt);
    await this.#close(job, (queue, id) => this.#boss.complete(queue, id));
  }

  async defer(job: ClaimedJob, failure: JobFailure): Promise<void> {
    await this.#schedule.defer(job, failure);
    await this.#close(job, (queue, id) => this.#boss.fail(queue, id, { code: failure.errorCode, dead: failure.deadSince !== null }));
  }

  async giveBack(job: ClaimedJob, retry: JobRetry): Promise<void> {
    await this.#schedule.giveBack(job, retry);
    await this.#close(job, (queue, id) => this.#boss.complete(queue, id, { givenBack: true }));
  }

  nextDue(): Promise<number | null> {
    return this.#schedule.nextDue();
  }

  load(now: number): Promise<QueueLoad> {
    return this.#schedule.load(now);
  }

  /** Claims due jobs in the schedule and puts them into pg-boss, in one insert for each lane. Answers which ones. */
  async #handOver(now: number, limit: number, leaseMs: number, avoid: readonly string[]): Promise<Set<string>> {
    const jobs = await this.#schedule.claimDue(now, limit, leaseMs, holder, avoid);
    const byLane = new Map<string, HandedJob[]>();
    for (const [position, job] of jobs.entries()) {
      byLane.set(job.lane, [...(byLane.get(job.lane) ?? []), { job, order: now * 1_000 + position }]);
    }
    try {
      for (const [lane, handed] of byLane) await this.#insert(lane, handed);
    } catch (thrown) {
      // Nobody would begin them before their leases run out. What was inserted all the same comes under an old token, and is dropped.
      for (const job of jobs) await this.#schedule.giveBack(job, job);
      throw thrown;
    }
    return new Set(jobs.map(handleOf));
  }

  async #insert(lane: string, handed: readonly HandedJob[]): Promise<void> {
    const rows = handed.map((data) => ({
      data,
      priority: priorities[data.job.priority],
      singletonKey: nameOf(data.job),
      group: { id: data.job.organizationId },
      retryLimit: 0,
      heartbeatSeconds,
      expireInSeconds,
    }));
    await this.#boss.insert(await this.#queues.of(lane), rows);
  }

  /** Fetches jobs until `limit` are taken, and makes sure of each that its token is still the newest. */
  async #fetch(taken: HandedJob[], { now, limit, leaseMs, avoid, own }: Look): Promise<void> {
    for (const [lane, queue] of await this.#queues.all(now)) {
      if (taken.length >= limit) break;
      if (avoid.includes(lane)) continue;
      for (const fetched of await this.#boss.fetch<HandedJob>(queue, { batchSize: limit - taken.length })) {
        if (!(await this.#isCurrent(fetched, now, leaseMs, own))) continue;
        // A worker of an older version hands over no `owedSince`. Whether a lease that ran out was a run, or only waited in pg-boss, nobody can tell.
        const { job, order } = fetched.data as { job: Partial<Pick<ClaimedJob, "owedSince">> & Omit<ClaimedJob, "owedSince">; order: number };
        taken.push({ job: { ...job, owedSince: job.owedSince ?? job.runAt, lostRuns: 0 }, order });
      }
    }
  }

  async #isCurrent(fetched: Job<HandedJob>, now: number, leaseMs: number, own: ReadonlySet<string>): Promise<boolean> {
    const { job } = fetched.data;
    const name = handleOf(job);
    if (own.has(name) || (await this.#schedule.renew(job, now, leaseMs))) {
      this.#handles.set(name, { queue: fetched.name, id: fetched.id });
      return true;
    }
    await this.#boss.complete(fetched.name, fetched.id, { superseded: true });
    return false;
  }

  /** The schedule has been told; should pg-boss not hear of it, it closes the job by its heartbeat. */
  async #close(job: ClaimedJob, close: (queue: string, id: string) => Promise<unknown>): Promise<void> {
    const name = handleOf(job);
    const handle = this.#handles.get(name);
    if (handle === undefined) return;
    this.#handles.delete(name);
    await close(handle.queue, handle.id);
  }
}

/** Jobs through pg-boss, for the option `jobs` of `createKalends` or `createEngine`. */
export function pgBossJobSource(options: PgBossJobSourceOptions): JobSource {
  return new PgBossJobSource(options);
}
