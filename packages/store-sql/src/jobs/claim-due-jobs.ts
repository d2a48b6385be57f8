import { sql } from "kysely";
import type { ClaimedJob, JobKind } from "@kalends/model";
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

/** Claims due jobs of all organizations. Tokens come from a counter that never goes back, so a job put anew is never taken for an older one. */
export async function claimDueJobs(database: SqlDatabase, now: number, limit: number, leaseMs: number, holder: string): Promise<ClaimedJob[]> {
  // Looking first keeps an idle scheduler from taking the write lock.
  if ((await database.read((scope) => due(scope, now, 1))).length === 0) return [];
  return database.write(async (scope) => {
    const claimed: ClaimedJob[] = [];
    for (const row of await due(scope, now, limit)) {
      const token = await nextToken(scope, row.organization);
      const { organization, kind, subject, run_at, attempts } = row;
      await scope.run(
        scope.db
          .updateTable("job")
          .where("organization", "=", organization)
          .where("kind", "=", kind)
          .where("subject", "=", subject)
          .set({ token, holder, lease_until: now + leaseMs, again_at: row.again_at !== null && row.again_at <= now ? null : row.again_at }),
      );
      claimed.push({ organizationId: organization, kind: kind as JobKind, subject, runAt: run_at, attempts, token });
    }
    return claimed;
  });
}

/** When the next job of any organization is due. */
export async function nextDueJob(database: SqlDatabase): Promise<number | null> {
  const row = await database.read((scope) => {
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

function due(scope: SqlScope, now: number, limit: number): Promise<JobRow[]> {
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

async function nextToken(scope: SqlScope, organization: string): Promise<number> {
  const counter = await scope.first(
    scope.db
      .updateTable("feed_counter")
      .set((eb) => ({ job_token: eb("job_token", "+", 1) }))
      .where("organization", "=", organization)
      .returning("job_token"),
  );
  return counter?.job_token ?? 0;
}
