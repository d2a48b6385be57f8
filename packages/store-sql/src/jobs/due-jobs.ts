import { sql } from "kysely";
import type { QueueLoad } from "@kalends/model";
import type { SqlScope } from "../database/sql-scope.ts";
import type { RunningShare } from "./fair-share.ts";

export interface DueJob {
  organization: string;
  kind: string;
  subject: string;
  lane: string;
  run_at: number;
  owed_since: number;
  head_start: number;
  attempts: number;
  lost_runs: number;
  /** Where it is set it ran out: the run before was lost. */
  lease_until: number | null;
  token: number;
  order: number;
}

/** Position in the round of organizations and lanes. */
export interface Turn {
  organization: string;
  lane: string;
}

/** How many organizations and lanes one look visits beyond the jobs that waited longest. */
const visits = 64;

/** Since when a job is owed; never after it is due, whatever a worker of an older version wrote. As the indexes have it, to the letter. */
const owedSince = sql<number>`case when job.owed_since < job.run_at then job.owed_since else job.run_at end`;
const order = sql<number>`(${owedSince}) - job.head_start`;
const columns = ["organization", "kind", "subject", "lane", "run_at", "head_start", "attempts", "lost_runs", "lease_until", "token"] as const;

/** Due jobs that are owed for longest, head start included. */
export async function oldestDue(scope: SqlScope, now: number, limit: number, avoid: readonly string[]): Promise<DueJob[]> {
  let query = scope.db
    .selectFrom("job")
    .select(columns)
    .select([owedSince.as("owed_since"), order.as("order")])
    .where("run_at", "<=", now)
    // A job that is due counts as due even earlier: this lets the index of the order end the search.
    .where(order, "<=", now)
    .where((eb) => eb.or([eb("lease_until", "is", null), eb("lease_until", "<=", now)]))
    .orderBy(order)
    .orderBy("organization")
    .orderBy("kind")
    .orderBy("subject")
    .limit(limit);
  if (avoid.length > 0) query = query.where("lane", "not in", scope.flavor.textList(avoid));
  return scope.all(query);
}

/**
 * The longest-waiting due job of each of the next organizations and lanes after `turn`, found by leaping over the index: what stands behind ten
 * thousand due jobs of somebody else. Answers also where the next look goes on.
 */
export async function nextTurns(scope: SqlScope, now: number, turn: Turn, avoid: readonly string[]): Promise<{ due: DueJob[]; last: Turn | null }> {
  const shares = await scope.all<Turn>({
    compile: () =>
      sql<Turn>`with recursive turn (organization, lane, visit) as (
        select first.organization, first.lane, 1 from (
          select organization, lane from job where (organization, lane) > (${turn.organization}, ${turn.lane}) order by organization, lane limit 1
        ) as first
        union all
        select
          (select job.organization from job where (job.organization, job.lane) > (turn.organization, turn.lane) order by job.organization, job.lane limit 1),
          (select job.lane from job where (job.organization, job.lane) > (turn.organization, turn.lane) order by job.organization, job.lane limit 1),
          turn.visit + 1
        from turn where turn.visit < ${visits} and turn.organization is not null
      ) select organization, lane from turn where organization is not null`.compile(scope.db),
  });
  const due: DueJob[] = [];
  for (const share of shares) {
    if (avoid.includes(share.lane)) continue;
    const job = await scope.first(
      scope.db
        .selectFrom("job")
        .select(columns)
        .select([owedSince.as("owed_since"), order.as("order")])
        .where("organization", "=", share.organization)
        .where("lane", "=", share.lane)
        .where("run_at", "<=", now)
        .where(order, "<=", now)
        .where((eb) => eb.or([eb("lease_until", "is", null), eb("lease_until", "<=", now)]))
        .orderBy(order)
        .limit(1),
    );
    if (job !== undefined) due.push(job);
  }
  return { due, last: shares.length < visits ? null : (shares.at(-1) ?? null) };
}

/** Jobs that run now, by organization and lane. */
export async function runningShares(scope: SqlScope, now: number): Promise<RunningShare[]> {
  return scope.all(
    scope.db
      .selectFrom("job")
      .select(["organization", "lane", (eb) => eb.fn.countAll<number>().as("running")])
      .where("lease_until", ">", now)
      .groupBy(["organization", "lane"]),
  );
}

/** When the next job of any organization is due. */
export async function nextDue(scope: SqlScope): Promise<number | null> {
  const waiting = scope.db.selectFrom("job").select("run_at as due").where("lease_until", "is", null).orderBy("run_at").limit(1);
  // A running job is due again when its lease ends.
  const running = scope.db
    .selectFrom("job")
    .select(sql<number>`case when lease_until < run_at then run_at else lease_until end`.as("due"))
    .where("lease_until", "is not", null);
  const both = scope.db.selectFrom(waiting.as("waiting")).select("due").unionAll(running);
  const row = await scope.first(scope.db.selectFrom(both.as("either")).select((eb) => eb.fn.min<number | null>("due").as("due")));
  return row?.due ?? null;
}

/** Counted index by index: most jobs are neither due nor running nor dead, and are not looked at. */
export async function queueLoad(scope: SqlScope, now: number): Promise<QueueLoad> {
  const { db } = scope;
  const due = db
    .selectFrom("job")
    .select((eb) => [eb.fn.countAll<number>().as("jobs"), eb.fn.min<number | null>(owedSince).as("oldest")])
    .where("run_at", "<=", now)
    .where((eb) => eb.or([eb("lease_until", "is", null), eb("lease_until", "<=", now)]));
  const running = db.selectFrom("job").select((eb) => [eb.fn.countAll<number>().as("jobs")]).where("lease_until", ">", now);
  const dead = db.selectFrom("job").select((eb) => [eb.fn.countAll<number>().as("jobs")])
    .where("dead_since", "is not", null);
  const [first, second, third] = [await scope.first(due), await scope.first(running), await scope.first(dead)];
  return { due: Number(first?.jobs ?? 0), running: Number(second?.jobs ?? 0), dead: Number(third?.jobs ?? 0), oldestDueAt: first?.oldest ?? null };
}
