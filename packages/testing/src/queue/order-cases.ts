import { expect } from "vitest";
import { headStartMs, type ClaimedJob, type NewJob } from "@kalends/model";
import { connection, leaseMs, noListChange, remoteCalendar } from "../store/store-world.ts";
import type { QueueCase, QueueWorld } from "./queue-world.ts";
import { walkQueue } from "./walk-queue.ts";

const now = 10_000_000;
const sync = (subject: string, runAt: number, priority?: NewJob["priority"]): NewJob => ({
  kind: "sync-calendar", subject, runAt, ...(priority === undefined ? {} : { priority }),
});
const subjects = (jobs: readonly ClaimedJob[]): string[] => jobs.map(({ subject }) => subject);

async function take(world: QueueWorld, limit: number, at = now, avoid: readonly string[] = []): Promise<ClaimedJob[]> {
  return world.source.claimDue(at, limit, leaseMs, "worker", avoid);
}

const leaseRenewed: QueueCase = {
  title: "a lease that is renewed keeps the job; one that was taken over, cancelled or given back is not renewed",
  async run(world) {
    const { jobs } = await world.populate();
    await jobs.enqueue(sync("calendar-1", now));
    const [job] = await take(world, 1);
    if (job === undefined) throw new Error("no job was due");
    expect(await world.source.renew(job, now + leaseMs - 1, leaseMs)).toBe(true);
    await world.turn();
    expect(await take(world, 1, now + leaseMs)).toEqual([]);
    expect(await world.source.renew(job, now + leaseMs, leaseMs)).toBe(true);
    const [taken] = await take(world, 1, now + 2 * leaseMs);
    expect(await world.source.renew(job, now + 2 * leaseMs, leaseMs)).toBe(false);
    if (taken === undefined) throw new Error("the lease did not run out");
    await world.source.complete(taken, now);
    expect(await world.source.renew(taken, now + 2 * leaseMs, leaseMs)).toBe(false);
    const [last] = await take(world, 1, now + 3 * leaseMs);
    await world.org().jobs.cancel("sync-calendar", "calendar-1");
    expect(await world.source.renew(last ?? taken, now + 3 * leaseMs, leaseMs)).toBe(false);
  },
};

const priorities: QueueCase = {
  title: "push goes before user before poll; a poll overdue by more than the head start before both",
  async run(world) {
    const { jobs } = await world.populate();
    await jobs.enqueue(sync("poll", now - 60_000));
    await jobs.enqueue(sync("user", now - 1_000, "user"));
    await jobs.enqueue(sync("push", now, "push"));
    await jobs.enqueue(sync("overdue", now - headStartMs.push - 1));
    await jobs.enqueue(sync("later", now + 1, "push"));
    await world.turn();
    const jobsTaken = await take(world, 10);
    expect(subjects(jobsTaken)).toEqual(["overdue", "push", "user", "poll"]);
    expect(jobsTaken.map(({ priority }) => priority)).toEqual(["poll", "push", "user", "poll"]);
  },
};

const raised: QueueCase = {
  title: "a wake raises a poll that waits, and counts once: the next poll is a poll again",
  async run(world) {
    const { jobs } = await world.populate();
    await jobs.enqueue(sync("a", now - 60_000));
    await jobs.enqueue(sync("b", now - 50_000));
    await jobs.enqueue(sync("b", now, "push"));
    await world.turn();
    const [first, second] = await take(world, 2);
    expect([first, second]).toMatchObject([{ subject: "b", priority: "push", runAt: now - 50_000 }, { subject: "a", priority: "poll" }]);
    if (first === undefined || second === undefined) throw new Error("two jobs were due");
    await world.source.complete(first, now + 100);
    await world.source.complete(second, now + 50);
    expect(subjects(await take(world, 2, now + 100))).toEqual(["a", "b"]);
  },
};

const oneMoreRun: QueueCase = {
  title: "however often a running job is asked for, exactly one more run follows, with the highest priority asked for",
  async run(world) {
    const { jobs } = await world.populate();
    await jobs.enqueue(sync("calendar-1", now));
    const [running] = await take(world, 1);
    for (const priority of ["user", "push", "poll"] as const) await world.org().jobs.enqueue(sync("calendar-1", now + 1, priority));
    await world.turn();
    expect(await take(world, 5, now + 2)).toEqual([]);
    if (running === undefined) throw new Error("no job was due");
    await world.source.complete(running, now + 60_000);
    const again = await take(world, 5, now + 2);
    expect(again).toMatchObject([{ subject: "calendar-1", priority: "push", attempts: 0 }]);
    if (again[0] !== undefined) await world.source.complete(again[0], now + 60_000);
    expect(await take(world, 5, now + 59_999)).toEqual([]);
    expect(await world.org().jobs.dueAt("sync-calendar", "calendar-1")).toBe(now + 60_000);
  },
};

const fairness: QueueCase = {
  title: "an organization with very many due jobs does not delay another one's, not even pushes of its own",
  async run(world) {
    for (const id of ["org-a", "org-b", "org-c"]) await world.populate(id);
    const many = Array.from({ length: 300 }, (_, index) => `a-${String(index).padStart(4, "0")}`);
    for (const subject of many) await world.org("org-a").jobs.enqueue(sync(subject, now - 100_000, "push"));
    await world.org("org-b").jobs.enqueue(sync("b", now));
    await world.org("org-c").jobs.enqueue(sync("c", now, "user"));
    await world.turn();
    const first = await take(world, 4);
    expect(subjects(first).sort()).toEqual(["a-0000", "a-0001", "b", "c"]);
    for (const job of first) await world.source.complete(job, null);
    await world.org("org-b").jobs.enqueue(sync("b2", now));
    const second = await take(world, 2);
    expect(subjects(second).sort()).toEqual(["a-0002", "b2"]);
    await world.org("org-b").jobs.enqueue(sync("b3", now));
    await world.org("org-c").jobs.enqueue(sync("c3", now));
    // Running jobs count: both a and b have one.
    expect(subjects(await take(world, 1))).toEqual(["c3"]);
  },
};

const manyOrganizations: QueueCase = {
  title: "with many organizations behind a long line of one, each gets its turn within a few looks",
  async run(world) {
    await world.populate("org-0");
    for (let index = 0; index < 300; index += 1) await world.org("org-0").jobs.enqueue(sync(`a-${index}`, now - 100_000));
    const others = Array.from({ length: 70 }, (_, index) => `org-${index + 1}`);
    for (const id of others) {
      await world.populate(id);
      await world.org(id).jobs.enqueue(sync("calendar-1", now));
    }
    await world.turn();
    const served = new Set<string>();
    for (let looks = 0; looks < 4; looks += 1) {
      const jobs = await take(world, 60);
      for (const job of jobs) {
        served.add(job.organizationId);
        await world.source.complete(job, null);
      }
    }
    expect([...served].sort()).toEqual(["org-0", ...others].sort());
  },
};

const lanes: QueueCase = {
  title: "a job knows its provider; lanes to avoid are left out, however much waits in them, and lanes of one organization take turns",
  async run(world) {
    const org = await world.populate();
    await org.directory.addConnection(connection("org-a", { id: "connection-2", provider: "other", remoteIdentity: "/two/" }));
    await org.directory.applyCalendarList({ ...noListChange, connectionId: "connection-2", added: [{ id: "other-1", remote: remoteCalendar("other-1") }] });
    for (let index = 0; index < 100; index += 1) await org.directory.applyCalendarList({
      ...noListChange, added: [{ id: `dav-${index}`, remote: remoteCalendar(`dav-${index}`) }], jobs: [sync(`dav-${index}`, now - 50_000)],
    });
    await org.jobs.enqueue(sync("other-1", now));
    await org.jobs.enqueue({ kind: "list-calendars", subject: "connection-2", runAt: now });
    await org.jobs.enqueue({ kind: "roll-window", subject: "dav-0", runAt: now });
    await world.turn();
    const healthy = await take(world, 10, now, ["caldav"]);
    expect(healthy.map(({ kind, subject, lane }) => [kind, subject, lane]).sort()).toEqual([
      ["list-calendars", "connection-2", "other"], ["roll-window", "dav-0", ""], ["sync-calendar", "other-1", "other"],
    ]);
    for (const job of healthy) await world.source.giveBack(job, job);
    const mixed = await take(world, 3);
    expect(mixed.map(({ lane }) => lane).sort()).toEqual(["", "caldav", "other"]);
    expect(await take(world, 10, now, ["caldav", "other", ""])).toEqual([]);
  },
};

const givenBack: QueueCase = {
  title: "a job that is given back keeps its attempts, its priority, and what was asked for meanwhile",
  async run(world) {
    const { jobs } = await world.populate();
    await jobs.enqueue(sync("calendar-1", now, "push"));
    const [first] = await take(world, 1);
    if (first === undefined) throw new Error("no job was due");
    await world.source.defer(first, { runAt: now + 10, owedSince: now, errorCode: "server-error", deadSince: null });
    const [second] = await take(world, 1, now + 10);
    await world.org().jobs.enqueue(sync("calendar-1", now + 20, "user"));
    await world.turn();
    if (second === undefined) throw new Error("no job was due");
    await world.source.giveBack(second, { runAt: now + 30, owedSince: now + 5 });
    await world.source.giveBack(first, first);
    expect(await world.org().jobs.dueAt("sync-calendar", "calendar-1")).toBe(now + 20);
    expect(await take(world, 1, now + 20)).toMatchObject([{ attempts: 1, priority: "push", owedSince: now + 5 }]);
  },
};

const placeKept: QueueCase = {
  title: "a job that is tried again is not due before its time, and then stands where it is owed: before all that became due since",
  async run(world) {
    const { jobs } = await world.populate();
    for (const [subject, waited] of [["busy", 9_000], ["failed", 8_000], ["between", 5_000]] as const) await jobs.enqueue(sync(subject, now - waited));
    const [busy, failed] = await take(world, 2);
    if (busy === undefined || failed === undefined) throw new Error("two jobs were due");
    expect(busy).toMatchObject({ subject: "busy", runAt: now - 9_000, owedSince: now - 9_000 });
    await world.source.giveBack(busy, { runAt: now + 2_000, owedSince: now - 7_000 });
    await world.source.defer(failed, { runAt: now + 3_000, owedSince: now - 1_000, errorCode: "server-error", deadSince: null });
    for (const subject of ["new-1", "new-2"]) await world.org().jobs.enqueue(sync(subject, now));
    await world.turn();
    expect(await world.org().jobs.dueAt("sync-calendar", "busy")).toBe(now + 2_000);
    expect(subjects(await take(world, 1, now + 1_999))).toEqual(["between"]);
    expect((await world.source.load(now + 3_000)).oldestDueAt).toBe(now - 7_000);
    expect(await take(world, 9, now + 3_000)).toMatchObject([
      { subject: "busy", owedSince: now - 7_000, runAt: now + 2_000, attempts: 0 }, { subject: "failed", owedSince: now - 1_000, attempts: 1 },
      { subject: "new-1" }, { subject: "new-2" },
    ]);
  },
};

const placeEnds: QueueCase = {
  title: "what was owed is settled when a run is complete, and a job that is asked for earlier is never hidden by when it is owed",
  async run(world) {
    const { jobs } = await world.populate();
    await jobs.enqueue(sync("a", now - 60_000));
    const [first] = await take(world, 1);
    await world.source.giveBack(first as ClaimedJob, { runAt: now, owedSince: now - 60_000 });
    const [second] = await take(world, 1);
    await world.source.complete(second as ClaimedJob, now + 1_000);
    await world.org().jobs.enqueue(sync("b", now + 999));
    await world.turn();
    const both = await take(world, 2, now + 1_000);
    expect(both).toMatchObject([{ subject: "b" }, { subject: "a", owedSince: now + 1_000 }]);
    await world.source.defer(both[1] as ClaimedJob, { runAt: now + 90_000, owedSince: now + 80_000, errorCode: "server-error", deadSince: null });
    await world.org().jobs.enqueue(sync("a", now + 2_000));
    await world.turn();
    expect(await take(world, 9, now + 2_000)).toMatchObject([{ subject: "a", owedSince: now + 2_000, runAt: now + 2_000 }]);
  },
};

const deadWorker: QueueCase = {
  title: "a job of a dead worker keeps its place, and what was asked for meanwhile runs at its own time",
  async run(world) {
    const org = await world.populate();
    await org.jobs.enqueue(sync("lost", now - 5_000));
    await take(world, 1);
    await world.org().jobs.enqueue(sync("lost", now + 50_000));
    await world.endLeases(now);
    await world.org().jobs.enqueue(sync("lost", now, "push"));
    await world.org().jobs.enqueue(sync("other", now - 4_000));
    await world.turn();
    const [lost] = await take(world, 2);
    expect(lost).toMatchObject({ subject: "lost", owedSince: now - 5_000, priority: "push" });
    await world.source.complete(lost as ClaimedJob, null);
    expect(await world.org().jobs.dueAt("sync-calendar", "lost")).toBe(now + 50_000);
  },
};

const walks: QueueCase = {
  title: "whatever is done to it, in whatever order: it is the queue that a plain list is",
  async run(world) {
    await walkQueue(world, 20_261_128, 200);
  },
};

const deadLetters: QueueCase = {
  title: "a dead letter is listed until a run succeeds; asking for it runs it at once",
  async run(world) {
    const { jobs } = await world.populate();
    for (const [subject, deadSince] of [["a", 7], ["b", 5], ["c", null]] as const) {
      await jobs.enqueue(sync(subject, now));
      const [job] = await take(world, 1);
      if (job === undefined) throw new Error("no job was due");
      await world.source.defer(job, { runAt: now + 99_000, owedSince: now, errorCode: "permission-denied", deadSince });
    }
    await world.turn();
    const letter = { kind: "sync-calendar", errorCode: "permission-denied", attempts: 1, nextRunAt: now + 99_000 };
    expect(await world.org().jobs.deadLetters(10)).toEqual([{ ...letter, subject: "b", deadSince: 5 }, { ...letter, subject: "a", deadSince: 7 }]);
    expect(await world.org().jobs.deadLetters(1)).toHaveLength(1);
    expect((await world.source.load(now)).dead).toBe(2);
    await world.org().jobs.enqueue(sync("b", now, "user"));
    const [again] = await take(world, 1);
    expect(again).toMatchObject({ subject: "b", attempts: 1 });
    expect(await world.org().jobs.deadLetters(10)).toHaveLength(2);
    if (again !== undefined) await world.source.complete(again, now + 1);
    expect((await world.org().jobs.deadLetters(10)).map(({ subject }) => subject)).toEqual(["a"]);
  },
};

const load: QueueCase = {
  title: "the load counts what is due, what runs, and how long the first has waited",
  async run(world) {
    const { jobs } = await world.populate();
    expect(await world.source.load(now)).toEqual({ due: 0, running: 0, dead: 0, oldestDueAt: null });
    for (const [subject, runAt] of [["a", now - 30], ["b", now - 20], ["c", now + 1]] as const) await jobs.enqueue(sync(subject, runAt));
    await take(world, 1, now);
    await world.turn();
    expect(await world.source.load(now)).toEqual({ due: 1, running: 1, dead: 0, oldestDueAt: now - 20 });
    expect(await world.source.load(now + leaseMs)).toEqual({ due: 3, running: 0, dead: 0, oldestDueAt: now - 30 });
  },
};

const twoWorkers: QueueCase = {
  title: "workers that look at the same time share the jobs and never both get one",
  async run(world, context) {
    const org = await world.populate();
    const other = await world.another();
    if (other === null) return context.skip("not applicable: this store cannot be opened twice on the same data");
    try {
      const all = Array.from({ length: 60 }, (_, index) => `job-${index}`);
      for (const subject of all) await org.jobs.enqueue(sync(subject, now));
      const taken: string[] = [];
      for (let rounds = 0; rounds < 40 && taken.length < all.length; rounds += 1) {
        const pairs = await Promise.all([world.source, other.source].map((source) => source.claimDue(now, 5, leaseMs, "w")));
        taken.push(...pairs.flatMap(subjects));
      }
      expect(taken.sort()).toEqual(all.sort());
    } finally {
      await other.close();
    }
  },
};

/** Which job comes next, and what is told of the line. */
export const orderCases: readonly QueueCase[] = [
  leaseRenewed, priorities, raised, oneMoreRun, fairness, manyOrganizations, lanes, givenBack, placeKept, placeEnds, deadWorker, walks, deadLetters, load, twoWorkers,
];
