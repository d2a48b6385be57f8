import { expect } from "vitest";
import type { ClaimedJob, JobPriority, NewJob } from "@kalends/model";
import { seededRandom } from "../seeded-random.ts";
import { leaseMs } from "../store/store-world.ts";
import { PlainQueue } from "./plain-queue.ts";
import type { QueueWorld } from "./queue-world.ts";

const organizations = ["org-a", "org-b", "org-c"];
const calendars = ["calendar-1", "calendar-2", "calendar-3", "calendar-4", "calendar-5"];
const priorities: readonly JobPriority[] = ["poll", "poll", "user", "push"];
/** Shorter than a head start, longer than a lease, and some that meet. */
const steps = [0, 1, 500, 20_000, leaseMs, 400_000];

/** What both queues tell of a claimed job; the tokens are each one's own, and not every source can tell of lost runs. */
const shown = (jobs: readonly ClaimedJob[]): unknown[] => jobs.map(({ token: _, lostRuns: __, ...told }) => told);

/**
 * Does so many things at random to a queue and to the plain list, and compares after each. Due are never more jobs than one look weighs, so the
 * order is told to the last job.
 */
export async function walkQueue(world: QueueWorld, seed: number, length: number): Promise<void> {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random.uniform() * limit);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  for (const id of organizations) await world.populate(id, calendars);
  const plain = new PlainQueue();
  /** Jobs that somebody believes to have, the queue's and the list's; also such as were taken over. */
  const held: [ClaimedJob, ClaimedJob][] = [];
  let now = 10_000_000;
  const anyName = (): Pick<NewJob, "kind" | "subject"> => ({ kind: pick(["sync-calendar", "roll-window"]), subject: pick(calendars) });
  const laneOf = (kind: NewJob["kind"]): string => (kind === "roll-window" ? "" : "caldav");
  const anyHeld = (): [ClaimedJob, ClaimedJob] | undefined => held.splice(below(held.length), 1)[0];
  const retry = () => {
    const runAt = now + pick(steps);
    return { runAt, owedSince: runAt - below(1_000_000) };
  };
  const actions: Record<string, () => Promise<void>> = {
    enqueue: async () => {
      const organization = pick(organizations);
      const job = { ...anyName(), runAt: now + below(60_000) - 40_000, priority: pick(priorities) };
      await world.org(organization).jobs.enqueue(job);
      plain.enqueue(organization, laneOf(job.kind), job);
    },
    claim: async () => {
      const [limit, avoid] = [1 + below(4), pick([[], [], ["caldav"]])];
      const [real, listed] = [await world.source.claimDue(now, limit, leaseMs, "walker", avoid), plain.claimDue(now, limit, leaseMs, avoid)];
      expect(shown(real), `seed ${seed}`).toEqual(shown(listed));
      for (const [index, job] of real.entries()) held.push([job, listed[index] as ClaimedJob]);
    },
    cancel: async () => {
      const [organization, { kind, subject }] = [pick(organizations), anyName()];
      await world.org(organization).jobs.cancel(kind, subject);
      plain.cancel(organization, kind, subject);
    },
    pass: async () => void (now += pick(steps)),
    renew: async () => {
      const [real, listed] = pick(held) ?? [];
      if (real !== undefined && listed !== undefined) expect(await world.source.renew(real, now, leaseMs)).toBe(plain.renew(listed, now, leaseMs));
    },
    complete: async () => {
      const [real, listed] = anyHeld() ?? [];
      const next = pick([null, now, now + 300_000]);
      if (real !== undefined) await world.source.complete(real, next);
      if (listed !== undefined) plain.complete(listed, next);
    },
    defer: async () => {
      const [real, listed] = anyHeld() ?? [];
      const failure = { ...retry(), errorCode: "server-error", deadSince: null };
      if (real !== undefined) await world.source.defer(real, failure);
      if (listed !== undefined) plain.defer(listed, failure);
    },
    giveBack: async () => {
      const [real, listed] = anyHeld() ?? [];
      const again = retry();
      if (real !== undefined) await world.source.giveBack(real, again);
      if (listed !== undefined) plain.giveBack(listed, again);
    },
  };
  const choices = ["enqueue", "enqueue", "enqueue", "claim", "claim", "pass", "complete", "defer", "giveBack", "renew", "cancel"];
  for (let step = 0; step < length; step += 1) {
    await actions[pick(choices)]?.();
    const { organizationId, kind, subject } = { organizationId: pick(organizations), ...anyName() };
    const listed = plain.rows.find((row) => row.organizationId === organizationId && row.kind === kind && row.subject === subject);
    expect(await world.org(organizationId).jobs.dueAt(kind, subject), `seed ${seed}`).toBe(listed?.runAt ?? null);
  }
  expect(await world.source.nextDue(), `seed ${seed}`).toBe(plain.nextDue());
}
