import { KalendsError, toKalendsError } from "@kalends/model";
import type { ClaimedJob } from "@kalends/model";
import type { Runtime } from "../runtime.ts";
import { runJob } from "./run-job.ts";

/** How long the scheduler sleeps at most before it looks for work that another process queued. */
const longestSleepMs = 5_000;

/** Runs due jobs inside this process. All ways of running may overlap, also with other processes on the same store. */
export interface Scheduler {
  /** Polls until `stop`. */
  start(): void;
  /** Stops claiming, waits for running jobs up to `graceMs`, then ends them; what they applied stays. */
  stop(graceMs?: number): Promise<void>;
  /** Runs due jobs for at most `budgetMs`; for cron and serverless. Resolves with how many ran. */
  tick(options: { budgetMs: number }): Promise<number>;
  /** Runs until no job is due now; for tests. Resolves with how many ran. */
  drain(): Promise<number>;
}

class JobRunner implements Scheduler {
  readonly #runtime: Runtime;
  readonly #running = new Set<Promise<void>>();
  #stop: AbortController = new AbortController();
  #started = false;
  #beating: Promise<void> = Promise.resolve();
  #cancelTimer: () => void = () => undefined;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#stop = new AbortController();
    this.#schedule(0);
  }

  async stop(graceMs = 10_000): Promise<void> {
    this.#started = false;
    this.#cancelTimer();
    // A look for jobs may be under way; what it finds is not begun any more.
    await this.#beating;
    if (this.#running.size === 0) return;
    const abort = this.#runtime.clock.setTimer(graceMs, () => this.#stop.abort());
    await Promise.all(this.#running);
    abort();
  }

  tick(options: { budgetMs: number }): Promise<number> {
    return this.#runtime.work.run(undefined, (signal) => this.#tick(options, signal));
  }

  drain(): Promise<number> {
    return this.#runtime.work.run(undefined, (signal) => this.#drain(signal));
  }

  async #tick(options: { budgetMs: number }, signal: AbortSignal): Promise<number> {
    const { clock } = this.#runtime;
    const endsAt = clock.now() + options.budgetMs;
    const budget = new AbortController();
    const cancel = clock.setTimer(options.budgetMs, () => budget.abort());
    const stopped = AbortSignal.any([signal, budget.signal]);
    let ran = 0;
    while (clock.now() < endsAt && !signal.aborted) {
      const jobs = await this.#claim(this.#free());
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
      const jobs = await this.#claim(this.#runtime.settings.concurrency);
      if (jobs.length === 0 && this.#running.size === 0) return ran;
      ran += jobs.length;
      await Promise.all([...jobs.map((job) => this.#run(job, signal)), ...this.#running]);
    }
  }

  #free(): number {
    return Math.max(1, this.#runtime.settings.concurrency - this.#running.size);
  }

  #claim(limit: number): Promise<ClaimedJob[]> {
    const { store, clock, settings, holder } = this.#runtime;
    return store.jobSource.claimDue(clock.now(), limit, settings.leaseMs * 4, holder);
  }

  async #run(job: ClaimedJob, signal: AbortSignal): Promise<void> {
    const { store, logger } = this.#runtime;
    const outcome = await runJob(this.#runtime, job, signal);
    try {
      if (outcome.failed && outcome.nextRunAt !== null) await store.jobSource.defer(job, outcome.nextRunAt);
      else await store.jobSource.complete(job, outcome.nextRunAt);
    } catch (thrown) {
      // The lease runs out by itself and the job is due again.
      logger.log("error", "job outcome not stored", { kind: job.kind, code: toKalendsError(thrown).code });
    }
  }

  #schedule(ms: number): void {
    this.#cancelTimer();
    if (this.#started) this.#cancelTimer = this.#runtime.clock.setTimer(ms, () => void (this.#beating = this.#beat()));
  }

  async #beat(): Promise<void> {
    const { clock, store, logger, settings } = this.#runtime;
    let sleepMs = longestSleepMs;
    try {
      const room = settings.concurrency - this.#running.size;
      const jobs = room > 0 ? await this.#claim(room) : [];
      for (const job of jobs) {
        if (!this.#started) {
          await store.jobSource.complete(job, job.runAt);
          continue;
        }
        const run = this.#run(job, this.#stop.signal).finally(() => {
          this.#running.delete(run);
          this.#schedule(0);
        });
        this.#running.add(run);
      }
      const next = await store.jobSource.nextDue();
      if (next !== null) sleepMs = Math.min(sleepMs, Math.max(20, next - clock.now()));
      if (this.#running.size >= settings.concurrency) sleepMs = longestSleepMs;
    } catch (thrown) {
      logger.log("error", "looking for jobs failed", { code: toKalendsError(thrown).code });
    }
    this.#schedule(sleepMs);
  }
}

/** An in-process scheduler over the store's job queue. */
export function createScheduler(runtime: Runtime): Scheduler {
  if (runtime.settings.concurrency < 1) throw new KalendsError("invalid-argument", "concurrency must be at least 1");
  return new JobRunner(runtime);
}
