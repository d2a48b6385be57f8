import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { headStartMs, type JobPriority } from "@kalends/model";
import { openSqliteStore } from "@kalends/store-sqlite";
import { owedSinceOf } from "../src/schedule/owed-since-of.ts";

describe("a job that is tried again", () => {
  test("keeps three quarters of what it has waited where it was put off, and half where it failed; the wait until its time counts for nothing", () => {
    const job = { owedSince: 1_000 };
    expect(owedSinceOf(job, "put-off", 9_000, 9_000)).toBe(3_000);
    expect(owedSinceOf(job, "put-off", 9_000, 11_000)).toBe(5_000);
    expect(owedSinceOf(job, "failed", 9_000, 11_000)).toBe(7_000);
    // A stopped worker gives back what was due long ago; a clock that was set back is no credit.
    expect(owedSinceOf(job, "put-off", 9_000, 1_000)).toBe(3_000);
    expect(owedSinceOf(job, "failed", 500, 600)).toBe(600);
  });

  test("is never owed later than it may run, and never gains a place by failing", () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e6), fc.nat(1e6), fc.constantFrom("put-off" as const, "failed" as const), (owedSince, waited, wait, end) => {
        const now = owedSince + waited;
        const since = owedSinceOf({ owedSince }, end, now, now + wait);
        expect(since).toBeLessThanOrEqual(now + wait);
        expect(since).toBeGreaterThanOrEqual(owedSince + wait);
      }),
    );
  });

  test("nobody starves in a line that is far too long, whoever fails, is busy, or is pushed for ever", async () => {
    const jobs = fc.array(fc.record({ organization: fc.constantFrom("org-a", "org-b"), conduct: fc.constantFrom<Conduct>("well", "fails", "busy", "pushed") }), { minLength: 2, maxLength: 7 });
    await fc.assert(
      fc.asyncProperty(jobs, async (crowd) => {
        const { longestMs, runs } = await overloaded(crowd);
        expect(longestMs).toBeLessThan(headStartMs.push + 4 * crowd.length * runMs);
        expect(Math.min(...runs)).toBeGreaterThan(0);
      }),
      { numRuns: 12 },
    );
  });
});

/** How a job behaves, for ever: runs, fails, finds its calendar busy, or runs and is pushed again and again. */
type Conduct = "well" | "fails" | "busy" | "pushed";

const runMs = 20_000;
const lastMs = 2 * 3_600_000;

/** One worker with one place, and jobs that are due again long before it comes round. Answers the longest that one of them was due and did not run. */
async function overloaded(crowd: readonly { organization: string; conduct: Conduct }[]): Promise<{ longestMs: number; runs: number[] }> {
  const store = await openSqliteStore({ path: ":memory:" });
  await store.migrations.run();
  const dueSince = crowd.map(() => 0);
  const runs = crowd.map(() => 0);
  let longestMs = 0;
  const ask = (index: number, runAt: number, priority: JobPriority): Promise<void> =>
    store.organization(crowd[index]?.organization ?? "").jobs.enqueue({ kind: "roll-window", subject: String(index), runAt, priority });
  try {
    for (const id of new Set(crowd.map(({ organization }) => organization))) await store.addOrganization({ id, name: id, createdAt: 0 });
    for (const index of crowd.keys()) await ask(index, 0, "poll");
    for (let now = 0; now < lastMs; ) {
      for (const [index, { conduct }] of crowd.entries()) if (conduct === "pushed") await ask(index, now, "push");
      const [job] = await store.jobSource.claimDue(now, 1, 60_000, "worker");
      if (job === undefined) {
        now = (await store.jobSource.nextDue()) ?? lastMs;
        continue;
      }
      const index = Number(job.subject);
      longestMs = Math.max(longestMs, now - (dueSince[index] ?? 0));
      runs[index] = (runs[index] ?? 0) + 1;
      // What runs for nothing is short, and does not wait for long either: it could fill all the time there is.
      const conduct = crowd[index]?.conduct;
      now += conduct === "well" || conduct === "pushed" ? runMs : runMs / 4;
      const runAt = now + (conduct === "fails" ? 5_000 : 1_000);
      dueSince[index] = runAt;
      if (conduct === "fails") await store.jobSource.defer(job, { runAt, owedSince: owedSinceOf(job, "failed", now, runAt), errorCode: "server-error", deadSince: null });
      else if (conduct === "busy") await store.jobSource.giveBack(job, { runAt, owedSince: owedSinceOf(job, "put-off", now, runAt) });
      else await store.jobSource.complete(job, runAt);
    }
    for (const index of crowd.keys()) if (runs[index] === 0) longestMs = lastMs;
    return { longestMs, runs };
  } finally {
    await store.close();
  }
}
