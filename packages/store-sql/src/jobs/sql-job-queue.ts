import type { DeadLetter, JobKind, JobQueue, NewJob, OrganizationId } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import { enqueueJobs } from "./enqueue-jobs.ts";

export class SqlJobQueue implements JobQueue {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
  }

  async enqueue(job: NewJob): Promise<void> {
    await this.#database.writeTogether((scope) => enqueueJobs(scope, this.#organization, [job]));
  }

  async cancel(kind: JobKind, subject: string): Promise<void> {
    await this.#database.writeTogether((scope) =>
      scope.run(
        scope.db
          .deleteFrom("job")
          .where("organization", "=", this.#organization)
          .where("kind", "=", kind)
          .where("subject", "=", subject),
      ),
    );
  }

  async dueAt(kind: JobKind, subject: string): Promise<number | null> {
    const row = await this.#database.read((scope) =>
      scope.first(
        scope.db
          .selectFrom("job")
          .select("run_at")
          .where("organization", "=", this.#organization)
          .where("kind", "=", kind)
          .where("subject", "=", subject),
      ),
    );
    return row?.run_at ?? null;
  }

  async deadLetters(limit: number): Promise<DeadLetter[]> {
    const rows = await this.#database.read((scope) =>
      scope.all(
        scope.db
          .selectFrom("job")
          .select(["kind", "subject", "error_code", "attempts", "dead_since", "run_at"])
          .where("organization", "=", this.#organization)
          .where("dead_since", "is not", null)
          .orderBy("dead_since")
          .orderBy("kind")
          .orderBy("subject")
          .limit(limit),
      ),
    );
    return rows.map(({ kind, subject, error_code, attempts, dead_since, run_at }) => ({
      kind: kind as JobKind,
      subject,
      errorCode: error_code ?? "internal",
      attempts,
      deadSince: dead_since ?? 0,
      nextRunAt: run_at,
    }));
  }
}
