import { headStartMs, type ClaimedJob, type JobFailure, type JobRetry, type NewJob } from "@kalends/model";

interface Row {
  organizationId: string;
  kind: NewJob["kind"];
  subject: string;
  lane: string;
  priority: NonNullable<NewJob["priority"]>;
  runAt: number;
  owedSince: number;
  attempts: number;
  token: number;
  leaseUntil: number | null;
  again: Pick<Row, "runAt" | "priority"> | null;
}

const higher = (one: Row["priority"], other: Row["priority"]): Row["priority"] => (headStartMs[one] >= headStartMs[other] ? one : other);
const shareOf = ({ organizationId, lane }: Row): string => `${organizationId} ${lane}`;
const nameOf = ({ organizationId, kind, subject }: Pick<Row, "organizationId" | "kind" | "subject">): string => `${organizationId} ${kind} ${subject}`;

/**
 * What the job ports promise, on a plain list that is searched from one end to the other for every single job: the reference that a real queue
 * is compared with. Of times that nobody can tell apart the name decides.
 */
export class PlainQueue {
  readonly rows: Row[] = [];
  #tokens = 0;

  enqueue(organizationId: string, lane: string, { kind, subject, runAt, priority = "poll" }: NewJob): void {
    const known = this.rows.find((row) => nameOf(row) === nameOf({ organizationId, kind, subject }));
    if (known === undefined) {
      this.rows.push({ organizationId, kind, subject, lane, priority, runAt, owedSince: runAt, attempts: 0, token: 0, leaseUntil: null, again: null });
    } else if (known.leaseUntil === null) {
      known.runAt = Math.min(known.runAt, runAt);
      known.priority = higher(known.priority, priority);
    } else {
      const { again } = known;
      known.again = again === null ? { runAt, priority } : { runAt: Math.min(again.runAt, runAt), priority: higher(again.priority, priority) };
    }
  }

  cancel(organizationId: string, kind: NewJob["kind"], subject: string): void {
    const at = this.rows.findIndex((row) => nameOf(row) === nameOf({ organizationId, kind, subject }));
    if (at >= 0) this.rows.splice(at, 1);
  }

  claimDue(now: number, limit: number, leaseMs: number, avoid: readonly string[]): ClaimedJob[] {
    const claimed: ClaimedJob[] = [];
    while (claimed.length < limit) {
      const runs = (row: Row): boolean => row.leaseUntil !== null && row.leaseUntil > now;
      let best: Row | null = null;
      const turn = (row: Row): number => this.rows.filter((other) => runs(other) && shareOf(other) === shareOf(row)).length;
      const place = (row: Row): number => this.#owedSince(row) - headStartMs[row.priority];
      for (const row of this.rows) {
        if (row.runAt > now || runs(row) || avoid.includes(row.lane)) continue;
        const orderOf = (one: Row): Order => [turn(one), place(one), nameOf(one)];
        if (best === null || comesBefore(orderOf(row), orderOf(best))) best = row;
      }
      if (best === null) break;
      best.token = this.#tokens += 1;
      best.leaseUntil = now + leaseMs;
      if (best.again !== null && best.again.runAt <= now) best.again = null;
      const { organizationId, kind, subject, lane, priority, runAt, attempts, token } = best;
      claimed.push({ organizationId, kind, subject, lane, priority, runAt, owedSince: this.#owedSince(best), attempts, lostRuns: 0, token });
    }
    return claimed;
  }

  renew(job: ClaimedJob, now: number, leaseMs: number): boolean {
    const row = this.#held(job);
    if (row !== undefined) row.leaseUntil = now + leaseMs;
    return row !== undefined;
  }

  complete(job: ClaimedJob, nextRunAt: number | null): void {
    const row = this.#held(job);
    if (row === undefined) return;
    const { again } = row;
    if (nextRunAt === null && again === null) return this.cancel(row.organizationId, row.kind, row.subject);
    const next = again !== null && (nextRunAt === null || again.runAt <= nextRunAt) ? again : { runAt: nextRunAt as number, priority: "poll" as const };
    Object.assign(row, { ...next, owedSince: next.runAt, attempts: 0, leaseUntil: null, again: null });
  }

  defer(job: ClaimedJob, { runAt, owedSince }: JobFailure): void {
    const row = this.#held(job);
    if (row === undefined) return;
    const priority = higher(job.priority, row.again?.priority ?? "poll");
    Object.assign(row, { runAt, owedSince, priority, attempts: row.attempts + 1, leaseUntil: null, again: null });
  }

  giveBack(job: ClaimedJob, { runAt, owedSince }: JobRetry): void {
    const row = this.#held(job);
    if (row === undefined) return;
    const asked = row.again !== null && row.again.runAt <= runAt ? row.again : { runAt, priority: "poll" as const };
    Object.assign(row, { runAt: asked.runAt, owedSince, priority: higher(job.priority, asked.priority), leaseUntil: null, again: null });
  }

  nextDue(): number | null {
    const times = this.rows.map(({ runAt, leaseUntil }) => (leaseUntil === null ? runAt : Math.max(runAt, leaseUntil)));
    return times.length === 0 ? null : Math.min(...times);
  }

  #owedSince({ owedSince, runAt }: Row): number {
    return Math.min(owedSince, runAt);
  }

  #held(job: ClaimedJob): Row | undefined {
    return this.rows.find((row) => nameOf(row) === nameOf(job) && row.token === job.token && row.leaseUntil !== null);
  }
}

/** How many of its share run, its place, its name. */
type Order = [number, number, string];

function comesBefore(one: Order, other: Order): boolean {
  const at = one.findIndex((part, index) => part !== other[index]);
  return at >= 0 && (one[at] as number | string) < (other[at] as number | string);
}
