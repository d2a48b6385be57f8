import { sql } from "kysely";
import { headStartMs, type ClaimedJob, type JobFailure, type JobKind, type JobPriority, type JobRetry, type JobSource, type QueueLoad } from "@kalends/model";
import type { AcrossOrganizations } from "../database/across-organizations.ts";
import type { SqlDatabase } from "../database/sql-database.ts";
import type { SqlScope } from "../database/sql-scope.ts";
import type { DueJob, Turn } from "./due-jobs.ts";
import { fairShare } from "./fair-share.ts";

/** A look for jobs weighs the oldest of this many times as many as it wants. */
const windowFactor = 8;
const smallestWindow = 64;
const firstTurn: Turn = { organization: "", lane: "" };

/** Jobs of all organizations: chosen across them, claimed and given back in each. */
export class SqlJobSource implements JobSource {
  readonly #database: SqlDatabase;
  readonly #across: AcrossOrganizations;
  /** Where the round of organizations goes on when there are more due jobs than one look weighs. */
  #turn: Turn = firstTurn;

  constructor(database: SqlDatabase, across: AcrossOrganizations) {
    this.#database = database;
    this.#across = across;
  }

  async claimDue(now: number, limit: number, leaseMs: number, holder: string, avoid: readonly string[] = []): Promise<ClaimedJob[]> {
    const chosen = await this.#choose(now, limit, avoid);
    const claimed = new Map<DueJob, ClaimedJob>();
    for (const organization of new Set(chosen.map((job) => job.organization))) {
      const jobs = chosen.filter((job) => job.organization === organization);
      for (const [row, job] of await this.#claim(organization, jobs, { now, leaseMs, holder })) claimed.set(row, job);
    }
    return chosen.flatMap((row) => claimed.get(row) ?? []);
  }

  async renew(job: ClaimedJob, now: number, leaseMs: number): Promise<boolean> {
    return (await this.#database.of(job.organizationId).writeTogether((scope) => scope.run(this.#held(scope, job).set({ lease_until: now + leaseMs })))) > 0;
  }

  async complete(job: ClaimedJob, nextRunAt: number | null): Promise<void> {
    await this.#database.of(job.organizationId).writeTogether(async (scope) => {
      const again = await this.#askedAgain(scope, job);
      if (again === null) return;
      if (nextRunAt === null && again.runAt === null) {
        await scope.run(
          scope.db
            .deleteFrom("job")
            .where("organization", "=", job.organizationId)
            .where("kind", "=", job.kind)
            .where("subject", "=", job.subject)
            .where("token", "=", job.token),
        );
        return;
      }
      const well = { attempts: 0, error_code: null, dead_since: null };
      await scope.run(this.#waiting(scope, job).set({ ...earlier(again, nextRunAt), owed_since: null, ...well }));
    });
  }

  async defer(job: ClaimedJob, { runAt, owedSince, errorCode, deadSince, lostRuns = 0 }: JobFailure): Promise<void> {
    const dead = deadSince === null ? null : sql<number>`coalesce(dead_since, ${deadSince})`;
    const failed = { attempts: sql<number>`attempts + 1`, error_code: errorCode, dead_since: dead };
    await this.#database.of(job.organizationId).writeTogether(async (scope) => {
      const again = await this.#askedAgain(scope, job);
      if (again === null) return;
      // What was asked for while it failed does not press ahead of the wait, but the retry is as urgent.
      const head_start = Math.max(again.headStart, headStartMs[job.priority]);
      await scope.run(this.#waiting(scope, job, lostRuns).set({ run_at: runAt, owed_since: owedSince, head_start, ...failed }));
    });
  }

  async giveBack(job: ClaimedJob, { runAt, owedSince }: JobRetry): Promise<void> {
    await this.#database.of(job.organizationId).writeTogether(async (scope) => {
      const again = await this.#askedAgain(scope, job);
      if (again === null) return;
      const { run_at, head_start } = earlier(again, runAt);
      await scope.run(this.#waiting(scope, job).set({ run_at, owed_since: owedSince, head_start: Math.max(head_start, headStartMs[job.priority]) }));
    });
  }

  nextDue(): Promise<number | null> {
    return this.#across.nextDue();
  }

  load(now: number): Promise<QueueLoad> {
    return this.#across.load(now);
  }

  async #choose(now: number, limit: number, avoid: readonly string[]): Promise<DueJob[]> {
    const window = Math.max(smallestWindow, windowFactor * limit);
    const candidates = await this.#across.oldestDue(now, window, avoid);
    if (candidates.length === 0) return [];
    if (candidates.length === window) {
      // More is due than was weighed: others may stand behind one that has very much to do.
      const { due, last } = await this.#across.nextTurns(now, this.#turn, avoid);
      const known = new Set(candidates.map(nameOf));
      candidates.push(...due.filter((job) => !known.has(nameOf(job))));
      this.#turn = last ?? firstTurn;
    }
    return fairShare(candidates, await this.#across.runningShares(now), limit);
  }

  /** Tokens come from a counter that never goes back, so a job put anew is never taken for an older one. */
  #claim(organization: string, jobs: readonly DueJob[], lease: { now: number; leaseMs: number; holder: string }): Promise<Map<DueJob, ClaimedJob>> {
    const { now, leaseMs, holder } = lease;
    return this.#database.of(organization).writeTogether(async (scope) => {
      const counter = await scope.first(
        scope.db
          .updateTable("feed_counter")
          .set((eb) => ({ job_token: eb("job_token", "+", jobs.length) }))
          .where("organization", "=", organization)
          .returning("job_token"),
      );
      let token = (counter?.job_token ?? 0) - jobs.length;
      const claimed = new Map<DueJob, ClaimedJob>();
      for (const row of [...jobs].sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))) {
        token += 1;
        // Where two workers look at once, who comes second finds the token moved. A wake that came after the look is not lost.
        const taken = await scope.run(
          this.#jobOf(scope, row)
            .where("token", "=", row.token)
            .set({
              token,
              holder,
              lease_until: now + leaseMs,
              lost_runs: lostRunsOf(row),
              again_at: sql`case when again_at <= ${now} then null else again_at end`,
              again_head_start: sql`case when again_at <= ${now} then 0 else again_head_start end`,
            }),
        );
        if (taken > 0) claimed.set(row, toClaimed(row, token));
      }
      return claimed;
    });
  }

  #jobOf(scope: SqlScope, job: { organization: string; kind: string; subject: string }) {
    return scope.db
      .updateTable("job")
      .where("organization", "=", job.organization)
      .where("kind", "=", job.kind)
      .where("subject", "=", job.subject);
  }

  /** The job, if its token is still the newest and it was not given back. */
  #held(scope: SqlScope, job: ClaimedJob) {
    return this.#jobOf(scope, { organization: job.organizationId, kind: job.kind, subject: job.subject })
      .where("token", "=", job.token)
      .where("lease_until", "is not", null);
  }

  /** The job given back to the queue. */
  #waiting(scope: SqlScope, job: ClaimedJob, lostRuns = 0) {
    return this.#held(scope, job).set({ holder: null, lease_until: null, again_at: null, again_head_start: 0, lost_runs: lostRuns });
  }

  /** What was asked for while the job ran; `null` where the job is no longer the caller's. */
  async #askedAgain(scope: SqlScope, job: ClaimedJob): Promise<{ runAt: number | null; headStart: number } | null> {
    const query = scope.db
      .selectFrom("job")
      .select(["again_at", "again_head_start"])
      .where("organization", "=", job.organizationId)
      .where("kind", "=", job.kind)
      .where("subject", "=", job.subject)
      .where("token", "=", job.token)
      .where("lease_until", "is not", null);
    const row = await scope.lockFirst(query);
    return row === undefined ? null : { runAt: row.again_at, headStart: row.again_head_start };
  }
}

const nameOf = ({ organization, kind, subject }: DueJob): string => JSON.stringify([organization, kind, subject]);

const lostRunsOf = ({ lost_runs, lease_until }: DueJob): number => lost_runs + (lease_until === null ? 0 : 1);

function toClaimed(row: DueJob, token: number): ClaimedJob {
  const { organization, kind, subject, lane, run_at, owed_since, head_start, attempts } = row;
  const times = { runAt: run_at, owedSince: owed_since };
  const runs = { attempts, lostRuns: lostRunsOf(row) };
  return { organizationId: organization, kind: kind as JobKind, subject, lane, priority: priorityOf(head_start), ...times, ...runs, token };
}

function priorityOf(headStart: number): JobPriority {
  if (headStart >= headStartMs.push) return "push";
  return headStart >= headStartMs.user ? "user" : "poll";
}

/** The earlier of the planned time and of the one that was asked for, each with its own head start. */
function earlier(again: { runAt: number | null; headStart: number }, runAt: number | null): { run_at: number; head_start: number } {
  const asked = again.runAt;
  if (runAt === null || (asked !== null && asked <= runAt)) return { run_at: asked ?? 0, head_start: again.headStart };
  return { run_at: runAt, head_start: 0 };
}
