import { expect } from "vitest";
import type { ClaimedJob, JobFailure } from "@kalends/model";
import { leaseMs, syncJob } from "../store/store-world.ts";
import type { QueueCase, QueueWorld } from "./queue-world.ts";

/** An ordinary failure. */
const failed = (runAt: number): JobFailure => ({ runAt, owedSince: runAt, errorCode: "network-timeout", deadSince: null });

async function claimOne(world: QueueWorld, now: number): Promise<ClaimedJob> {
  const jobs = await world.source.claimDue(now, 1, leaseMs, "scheduler");
  const job = jobs[0];
  if (job === undefined) throw new Error(`no job was due at ${now}`);
  return job;
}

const due = (world: QueueWorld) => world.org().jobs.dueAt("sync-calendar", "calendar-1");

const coalescing: QueueCase = {
  title: "one job waits per kind and subject; a second one only moves it forward",
  async run(world) {
    const { jobs } = await world.populate();
    await jobs.enqueue(syncJob(500));
    await jobs.enqueue(syncJob(900));
    await world.turn();
    expect(await due(world)).toBe(500);
    await world.org().jobs.enqueue(syncJob(300));
    expect(await due(world)).toBe(300);
    await world.org().jobs.enqueue({ kind: "roll-window", subject: "calendar-1", runAt: 100 });
    expect(await world.source.nextDue()).toBe(100);
    await world.org().jobs.cancel("roll-window", "calendar-1");
    await world.org().jobs.cancel("roll-window", "unknown");
    expect(await world.source.nextDue()).toBe(300);
    expect((await world.source.claimDue(10_000, 10, leaseMs, "s")).map((job) => job.runAt)).toEqual([300]);
  },
};

const acrossOrganizations: QueueCase = {
  title: "due jobs of all organizations are claimed oldest first, up to the limit, and once",
  async run(world) {
    for (const id of ["org-a", "org-b"]) await world.populate(id);
    for (const [id, runAt] of [["a1", 30], ["a2", 10], ["a3", 999]] as const) await world.org("org-a").jobs.enqueue(syncJob(runAt, id));
    for (const [id, runAt] of [["a1", 20], ["b2", 40]] as const) await world.org("org-b").jobs.enqueue(syncJob(runAt, id));
    await world.turn();
    const jobSource = world.source;
    expect(await jobSource.claimDue(9, 10, leaseMs, "s")).toEqual([]);
    const first = await jobSource.claimDue(100, 3, leaseMs, "s");
    expect(first.map((job) => [job.organizationId, job.subject, job.runAt, job.attempts])).toEqual([
      ["org-a", "a2", 10, 0],
      ["org-b", "a1", 20, 0],
      ["org-a", "a1", 30, 0],
    ]);
    expect((await jobSource.claimDue(100, 3, leaseMs, "s")).map((job) => job.subject)).toEqual(["b2"]);
    expect(await jobSource.claimDue(100, 3, leaseMs, "s")).toEqual([]);
    expect(await jobSource.nextDue()).toBe(999);
  },
};

const leases: QueueCase = {
  title: "a job whose lease ran out is due again, and its first worker no longer counts",
  async run(world) {
    const { jobs } = await world.populate();
    await jobs.enqueue(syncJob(10));
    const lost = await claimOne(world, 100);
    await world.turn();
    const jobSource = world.source;
    expect(await jobSource.claimDue(100 + leaseMs - 1, 1, leaseMs, "s")).toEqual([]);
    expect(await jobSource.nextDue()).toBe(100 + leaseMs);
    const taken = await claimOne(world, 100 + leaseMs);
    expect(taken.token).toBeGreaterThan(lost.token);
    await jobSource.complete(lost, null);
    await jobSource.defer(lost, failed(5));
    expect(await due(world)).toBe(10);
    expect(await jobSource.claimDue(100 + leaseMs, 1, leaseMs, "s")).toEqual([]);
    await jobSource.complete(taken, null);
    expect([await due(world), await jobSource.nextDue()]).toEqual([null, null]);
  },
};

const attempts: QueueCase = {
  title: "failed runs count up until one is complete",
  async run(world) {
    const { jobs } = await world.populate();
    await jobs.enqueue(syncJob(10));
    await world.source.defer(await claimOne(world, 100), failed(200));
    await world.turn();
    await world.source.defer(await claimOne(world, 200), failed(300));
    expect(await world.source.claimDue(299, 1, leaseMs, "s")).toEqual([]);
    const third = await claimOne(world, 300);
    expect(third.attempts).toBe(2);
    await world.source.complete(third, 400);
    await world.turn();
    expect(await due(world)).toBe(400);
    expect((await claimOne(world, 400)).attempts).toBe(0);
  },
};

const askedMeanwhile: QueueCase = {
  title: "a job asked for again while it runs runs again",
  async run(world) {
    const { jobs } = await world.populate();
    await jobs.enqueue(syncJob(10));
    const running = await claimOne(world, 100);
    await world.org().jobs.enqueue(syncJob(120));
    await world.org().jobs.enqueue(syncJob(150));
    await world.turn();
    expect(await world.source.claimDue(1_000, 1, leaseMs, "s")).toEqual([]);
    await world.source.complete(running, 9_000);
    expect(await due(world)).toBe(120);
    await world.source.complete(await claimOne(world, 200), null);
    expect(await due(world)).toBeNull();
    await world.org().jobs.enqueue(syncJob(300));
    const last = await claimOne(world, 300);
    await world.org().jobs.enqueue(syncJob(310));
    await world.source.complete(last, null);
    expect(await due(world)).toBe(310);
  },
};

const askedThenTakenOver: QueueCase = {
  title: "a run that takes over a lost one also answers what was asked for meanwhile, and nothing later",
  async run(world) {
    const { jobs } = await world.populate();
    await jobs.enqueue(syncJob(10));
    await claimOne(world, 100);
    await world.org().jobs.enqueue(syncJob(120));
    await world.turn();
    await world.source.complete(await claimOne(world, 100 + leaseMs), null);
    expect(await due(world)).toBeNull();
    await world.org().jobs.enqueue(syncJob(10));
    await claimOne(world, 200_000);
    await world.org().jobs.enqueue(syncJob(900_000));
    await world.turn();
    await world.source.complete(await claimOne(world, 200_000 + leaseMs), null);
    expect(await due(world)).toBe(900_000);
  },
};

const tokensNeverReturn: QueueCase = {
  title: "a job put anew after it was cancelled is not completed by the old run",
  async run(world) {
    const { jobs } = await world.populate();
    await jobs.enqueue(syncJob(10));
    const old = await claimOne(world, 100);
    await jobs.cancel("sync-calendar", "calendar-1");
    await jobs.enqueue(syncJob(20));
    await world.turn();
    await world.source.complete(old, null);
    expect(await due(world)).toBe(20);
    const renewed = await claimOne(world, 100);
    expect(renewed.token).toBeGreaterThan(old.token);
    await world.source.complete(old, null);
    await world.source.defer(old, failed(1));
    expect(await due(world)).toBe(20);
  },
};

/** One job at a time, and what becomes of it. */
export const queueCases: readonly QueueCase[] = [coalescing, acrossOrganizations, leases, attempts, askedMeanwhile, askedThenTakenOver, tokensNeverReturn];
