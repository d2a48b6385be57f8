import { sql } from "kysely";
import type { ClaimedJob, JobKind, JobSource } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import type { SqlScope } from "../database/sql-scope.ts";

interface JobRow {
  organization: string;
  kind: string;
  subject: string;
  run_at: number;
  again_at: number | null;
  attempts: number;
}

/** Jobs of all organizations. Tokens come from a counter that never goes back, so a job put anew is never taken for an older one. */
export class SqlJobSource implements JobSource {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async claimDue(now: number, limit: number, leaseMs: number, holder: string): Promise<ClaimedJob[]> {
    // Looking first keeps an idle scheduler from taking the write lock.
    if ((await this.#database.read((scope) => this.#due(scope, now, 1))).length === 0) return [];
    return this.#database.write(async (scope) => {
      const claimed: ClaimedJob[] = [];
      for (const row of await this.#due(scope, now, limit)) {
        const token = await this.#nextToken(scope, row.organization);
        await scope.run(
          this.#jobOf(scope, row).set({
            token,
            holder,
            lease_until: now + leaseMs,
            again_at: row.again_at !== null && row.again_at <= now ? null : row.again_at,
          }),
        );
        const { organization, kind, subject, run_at, attempts } = row;
        claimed.push({ organizationId: organization, kind: kind as JobKind, subject, runAt: run_at, attempts, token });
      }
      return claimed;
    });
  }

  async complete(job: ClaimedJob, nextRunAt: number | null): Promise<void> {
    await this.#database.write(async (scope) => {
      const row = await scope.first(
        scope.db
          .selectFrom("job")
          .select("again_at")
          .where("organization", "=", job.organizationId)
          .where("kind", "=", job.kind)
          .where("subject", "=", job.subject)
          .where("token", "=", job.token),
      );
      if (row === undefined) return;
      const times = [nextRunAt, row.again_at].filter((time) => time !== null);
      if (times.length === 0) {
        await scope.run(
          scope.db
            .deleteFrom("job")
            .where("organization", "=", job.organizationId)
            .where("kind", "=", job.kind)
            .where("subject", "=", job.subject),
        );
        return;
      }
      await scope.run(this.#waiting(scope, job).set({ run_at: Math.min(...times), attempts: 0 }));
    });
  }

  async defer(job: ClaimedJob, runAt: number): Promise<void> {
    await this.#database.write((scope) => scope.run(this.#waiting(scope, job).set({ run_at: runAt, attempts: sql`attempts + 1` })));
  }

  async nextDue(): Promise<number | null> {
    const row = await this.#database.read((scope) => {
      const waiting = scope.db.selectFrom("job").select("run_at as due").where("lease_until", "is", null).orderBy("run_at").limit(1);
      // A running job is due again when its lease ends.
      const running = scope.db
        .selectFrom("job")
        .select(sql<number>`case when lease_until < run_at then run_at else lease_until end`.as("due"))
        .where("lease_until", "is not", null);
      const both = scope.db.selectFrom(waiting.as("waiting")).select("due").unionAll(running);
      return scope.first(scope.db.selectFrom(both.as("either")).select((eb) => eb.fn.min<number | null>("due").as("due")));
    });
    return row?.due ?? null;
  }

  async #due(scope: SqlScope, now: number, limit: number): Promise<JobRow[]> {
    return scope.all(
      scope.db
        .selectFrom("job")
        .select(["organization", "kind", "subject", "run_at", "again_at", "attempts"])
        .where("run_at", "<=", now)
        .where((eb) => eb.or([eb("lease_until", "is", null), eb("lease_until", "<=", now)]))
        .orderBy("run_at")
        .orderBy("organization")
        .orderBy("kind")
        .orderBy("subject")
        .limit(limit),
    );
  }

  async #nextToken(scope: SqlScope, organization: string): Promise<number> {
    const counter = await scope.first(
      scope.db
        .updateTable("feed_counter")
        .set((eb) => ({ job_token: eb("job_token", "+", 1) }))
        .where("organization", "=", organization)
        .returning("job_token"),
    );
    return counter?.job_token ?? 0;
  }

  #jobOf(scope: SqlScope, job: { organization: string; kind: string; subject: string }) {
    return scope.db
      .updateTable("job")
      .where("organization", "=", job.organization)
      .where("kind", "=", job.kind)
      .where("subject", "=", job.subject);
  }

  /** The job given back to the queue, if its token is still the newest. */
  #waiting(scope: SqlScope, job: ClaimedJob) {
    return this.#jobOf(scope, { organization: job.organizationId, kind: job.kind, subject: job.subject })
      .where("token", "=", job.token)
      .set({ holder: null, lease_until: null, again_at: null });
  }
}
