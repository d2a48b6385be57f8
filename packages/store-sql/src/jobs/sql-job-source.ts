import { sql } from "kysely";
import type { ClaimedJob, JobSource } from "@kalends/model";
import type { AcrossOrganizations } from "../database/across-organizations.ts";
import type { SqlDatabase } from "../database/sql-database.ts";
import type { SqlScope } from "../database/sql-scope.ts";

/** Jobs of all organizations: claimed across them, given back one by one. */
export class SqlJobSource implements JobSource {
  readonly #database: SqlDatabase;
  readonly #across: AcrossOrganizations;

  constructor(database: SqlDatabase, across: AcrossOrganizations) {
    this.#database = database;
    this.#across = across;
  }

  claimDue(now: number, limit: number, leaseMs: number, holder: string): Promise<ClaimedJob[]> {
    return this.#across.claimDue(now, limit, leaseMs, holder);
  }

  nextDue(): Promise<number | null> {
    return this.#across.nextDue();
  }

  async complete(job: ClaimedJob, nextRunAt: number | null): Promise<void> {
    await this.#database.of(job.organizationId).writeTogether(async (scope) => {
      const row = await scope.lockFirst(
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
    await this.#database
      .of(job.organizationId)
      .writeTogether((scope) => scope.run(this.#waiting(scope, job).set({ run_at: runAt, attempts: sql`attempts + 1` })));
  }

  /** The job given back to the queue, if its token is still the newest. */
  #waiting(scope: SqlScope, job: ClaimedJob) {
    return scope.db
      .updateTable("job")
      .where("organization", "=", job.organizationId)
      .where("kind", "=", job.kind)
      .where("subject", "=", job.subject)
      .where("token", "=", job.token)
      .set({ holder: null, lease_until: null, again_at: null });
  }
}
