import { KalendsError, toKalendsError } from "@kalends/model";
import type { ClaimedJob, QueueLoad } from "@kalends/model";
import type { Runtime } from "../runtime.ts";
import { holdLease } from "./hold-lease.ts";
import { Lanes } from "./lanes.ts";
import { measuredJob, queueGauges } from "./measure-jobs.ts";
import { owedSinceOf } from "./owed-since-of.ts";
import { runJob, type JobOutcome } from "./run-job.ts";

/** Between two looks at jobs that are due but may not be run yet. */
const shortestSleepMs = 20;

/** So long a run may take to end once it was told to. */
const lastWordMs = 5_000;

/** What a worker is doing. */
export interface WorkerState {
  started: boolean;
  /** Jobs that this worker runs now. */
  running: number;
  /** When the queue was last looked at without a fault, ms since the epoch; `null`: not yet. */
  lastLook: number | null;
  /** What the last look failed with, or `null`. */
  lookError: string | null;
  /** Since when the look lasts that is under way, ms since the epoch; `null`: none is. One that lasts waits for a store that does not answer. */
  lookingSince: number | null;
  /** Providers whose jobs this worker leaves alone for now. */
  avoided: string[];
}

/** Runs due jobs inside this process. All ways of running may overlap, also with other processes on the same store. */
export interface Scheduler {
  /** Polls until `stop`. */
  start(): void;
  /**
   * Stops claiming, waits for running jobs up to `graceMs`, then ends them; what they applied stays. What does not listen, or waits for a store that
   * does not answer, is left behind after 5 seconds more; its leases run out.
   */
  stop(graceMs?: number): Promise<void>;
  /** Looks for jobs now: something was queued. */
  wake(): void;
  /** Runs due jobs for at most `budgetMs`; for cron and serverless. Resolves with how many ran. */
  tick(options: { budgetMs: number }): Promise<number>;
  /** Runs until no job is due now; for tests. Resolves with how many ran. */
  drain(): Promise<number>;
  state(): WorkerState;
  /** The queue of the whole database. */
  load(): Promise<QueueLoad>;
}

class JobRunner implements Scheduler {
  readonly #runtime: Runtime;
  readonly #lanes: Lanes;
  readonly #running = new Set<Promise<void>>();
  #stop: AbortController = new AbortController();
  #started = false;
  #beating: Promise<void> = Promise.resolve();
  #cancelTimer: () => void = () => undefined;
  #lastLook: number | null = null;
  #lookError: string | null = null;
  #lookingSince: number | null = null;
  #woken = false;
  #endGauges: () => void = () => undefined;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#lanes = new Lanes(runtime.settings);
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#stop = new AbortController();
    this.#endGauges = this.#runtime.telemetry.observe(() => queueGauges(this.#runtime));
    this.#schedule(0);
  }

  async stop(graceMs = 10_000): Promise<void> {
    this.#started = false;
    this.#cancelTimer();
    this.#endGauges();
    const { clock } = this.#runtime;
    const timers = [clock.setTimer(graceMs, () => this.#stop.abort())];
    const late = new Promise<void>((resolve) => timers.push(clock.setTimer(graceMs + lastWordMs, resolve)));
    // A look for jobs may be under way; what it finds is not begun any more.
    await Promise.race([this.#beating.then(() => Promise.all(this.#running)), late]);
    for (const cancel of timers) cancel();
  }

  wake(): void {
    this.#woken = true;
    this.#schedule(0);
  }

  tick(options: { budgetMs: number }): Promise<number> {
    return this.#runtime.work.run(undefined, (signal) => this.#tick(options, signal));
  }

  drain(): Promise<number> {
    return this.#runtime.work.run(undefined, (signal) => this.#drain(signal));
  }

  state(): WorkerState {
    const avoided = this.#lanes.avoided(this.#runtime.clock.now());
    const look = { lastLook: this.#lastLook, lookError: this.#lookError, lookingSince: this.#lookingSince };
    return { started: this.#started, running: this.#running.size, ...look, avoided };
  }

  load(): Promise<QueueLoad> {
    return this.#runtime.jobs.load(this.#runtime.clock.now());
  }

  async #tick(options: { budgetMs: number }, signal: AbortSignal): Promise<number> {
    const { clock } = this.#runtime;
    const endsAt = clock.now() + options.budgetMs;
    const budget = new AbortController();
    const cancel = clock.setTimer(options.budgetMs, () => budget.abort());
    const stopped = AbortSignal.any([signal, budget.signal]);
    let ran = 0;
    while (clock.now() < endsAt && !signal.aborted) {
      const jobs = await this.#claim(this.#free(), this.#lanes.avoided(clock.now()));
      if (jobs.length === 0) break;
      ran += jobs.length;
      await Promise.all(jobs.map((job) => this.#run(job, stopped)));
    }
    cancel();
    return ran;
  }

  async #drain(signal: AbortSignal): Promise<number> {
    let ran = 0;
    for (;;) {
      // A stopped job is due again at once: going on would never end.
      if (signal.aborted) return ran;
      const jobs = await this.#claim(this.#runtime.settings.concurrency, []);
      if (jobs.length === 0 && this.#running.size === 0) return ran;
      ran += jobs.length;
      await Promise.all([...jobs.map((job) => this.#run(job, signal)), ...this.#running]);
    }
  }

  #free(): number {
    return Math.max(1, this.#runtime.settings.concurrency - this.#running.size);
  }

  #claim(limit: number, avoid: readonly string[]): Promise<ClaimedJob[]> {
    const { jobs, clock, settings, holder } = this.#runtime;
    return jobs.claimDue(clock.now(), limit, settings.leaseMs, holder, avoid);
  }

  async #run(job: ClaimedJob, signal: AbortSignal): Promise<void> {
    const { jobs, clock, logger, settings } = this.#runtime;
    this.#lanes.begin(job.lane);
    const held = holdLease(clock, settings.leaseMs, () => jobs.renew(job, clock.now(), settings.leaseMs));
    const outcome = await measuredJob(this.#runtime, job, () => runJob(this.#runtime, job, AbortSignal.any([signal, held.lost])));
    held.stop();
    this.#lanes.end(job.lane, outcome.code, clock.now());
    if (outcome.code === "budget-spent" && outcome.nextRunAt !== null) this.#lanes.closeUntil(job.lane, outcome.nextRunAt);
    try {
      await this.#store(job, outcome);
    } catch (thrown) {
      // The lease runs out by itself and the job is due again.
      logger.log("error", "job outcome not stored", { kind: job.kind, code: toKalendsError(thrown).code });
    }
  }

  async #store(job: ClaimedJob, outcome: JobOutcome): Promise<void> {
    const { jobs, clock, logger } = this.#runtime;
    if (outcome.end === "done") return jobs.complete(job, outcome.nextRunAt);
    const now = clock.now();
    const retry = { runAt: outcome.nextRunAt, owedSince: owedSinceOf(job, outcome.end, now, outcome.nextRunAt) };
    if (outcome.end === "put-off") return jobs.giveBack(job, retry);
    if (outcome.dead) logger.log("warn", "job set aside", { kind: job.kind, subject: job.subject, code: outcome.code });
    // One more lost run, on the day that it is tried again, sets it aside anew.
    const counted = outcome.code === "worker-lost" ? { lostRuns: job.lostRuns - 1 } : {};
    return jobs.defer(job, { ...retry, ...counted, errorCode: outcome.code, deadSince: outcome.dead ? now : null });
  }

  #schedule(ms: number): void {
    this.#cancelTimer();
    if (this.#started) this.#cancelTimer = this.#runtime.clock.setTimer(ms, () => this.#lookOnce());
  }

  /** Two looks at once would both fill the same places. Who is woken during one looks again after it. */
  #lookOnce(): void {
    if (this.#lookingSince === null) this.#beating = this.#beat();
    else this.#woken = true;
  }

  async #beat(): Promise<void> {
    const { clock, logger, settings } = this.#runtime;
    let sleepMs = settings.lookEveryMs;
    this.#woken = false;
    this.#lookingSince = clock.now();
    try {
      sleepMs = await this.#look();
      this.#lastLook = clock.now();
      this.#lookError = null;
    } catch (thrown) {
      this.#lookError = toKalendsError(thrown).code;
      logger.log("error", "looking for jobs failed", { code: this.#lookError });
    }
    this.#lookingSince = null;
    this.#schedule(this.#woken ? 0 : sleepMs);
  }

  /** Begins what is due and has a place, and answers how long to sleep. */
  async #look(): Promise<number> {
    const { clock, jobs, settings } = this.#runtime;
    const { lookEveryMs, concurrency } = settings;
    const room = concurrency - this.#running.size;
    const avoid = this.#lanes.avoided(clock.now());
    const wanted = this.#lanes.careful ? Math.min(room, 1) : room;
    const claimed = room > 0 ? await this.#claim(wanted, avoid) : [];
    for (const job of claimed) {
      if (this.#started) this.#begin(job);
      else await jobs.giveBack(job, job);
    }
    if (this.#running.size >= concurrency) return lookEveryMs;
    // There may be more than was asked for.
    if (claimed.length === wanted && wanted > 0) return 0;
    const next = await jobs.nextDue();
    if (next === null) return lookEveryMs;
    // What is due may be in a lane that has no place: it gets one when a run ends, or when the lane opens.
    const least = avoid.length === 0 ? shortestSleepMs : (this.#lanes.opensAt(clock.now()) ?? Infinity) - clock.now();
    return Math.min(lookEveryMs, Math.max(least, next - clock.now()));
  }

  #begin(job: ClaimedJob): void {
    const run = this.#run(job, this.#stop.signal).finally(() => {
      this.#running.delete(run);
      this.#schedule(0);
    });
    this.#running.add(run);
  }
}

/** An in-process scheduler over the job source. */
export function createScheduler(runtime: Runtime): Scheduler {
  if (runtime.settings.concurrency < 1) throw new KalendsError("invalid-argument", "concurrency must be at least 1");
  return new JobRunner(runtime);
}
