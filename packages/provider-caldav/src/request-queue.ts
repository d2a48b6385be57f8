import { KalendsError, type Clock } from "@kalends/model";

/** How fast a provider may be asked. */
export interface Pacing {
  /** Most requests at the same time, 1 to 4. */
  parallel: number;
  /** Least time between the starts of two requests, in ms; 0 where the provider names no rate. */
  gapMs: number;
}

interface Waiting {
  start(): void;
  fail(error: KalendsError): void;
}

/** A pause up to this long is waited out; a longer one is thrown, so that the caller can do something else meanwhile. */
const patienceMs = 10_000;
const longestPauseMs = 300_000;
/** Successes in a row, per request at the same time, before one more is let in. */
const successesToGrow = 8;

/**
 * The one way out of an account: a few requests at the same time, fewer after a 429, a 503 or a timeout, more again while all goes well.
 * Retry-After is a floor: providers name waits that are too short, so the pause doubles with every refusal in a row.
 */
export class RequestQueue {
  readonly #clock: Clock;
  readonly #pacing: Pacing;
  readonly #waiting: Waiting[] = [];
  #limit: number;
  #active = 0;
  #successes = 0;
  #refusals = 0;
  #pausedUntil = 0;
  #nextStart = 0;
  #cancelTimer: (() => void) | null = null;

  constructor(clock: Clock, pacing: Pacing) {
    this.#clock = clock;
    this.#pacing = pacing;
    this.#limit = Math.min(2, Math.max(1, pacing.parallel));
  }

  /** Requests that may run at the same time now. */
  get limit(): number {
    return this.#limit;
  }

  /** Nothing runs and nothing waits. */
  get idle(): boolean {
    return this.#active === 0 && this.#waiting.length === 0 && this.pauseMs === 0;
  }

  /** What is left of the provider's pause, in ms. */
  get pauseMs(): number {
    return Math.max(0, this.#pausedUntil - this.#clock.now());
  }

  /** Waits for a turn; call what it returns when the answer was read. Throws `rate-limited` in a long pause, `aborted` on the signal. */
  async enter(signal?: AbortSignal): Promise<() => void> {
    if (signal?.aborted === true) throw new KalendsError("aborted", "The request was stopped before it left");
    if (this.pauseMs > patienceMs) throw this.#inPause();
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(new KalendsError("aborted", "The request was stopped before it left"));
      };
      const waiting: Waiting = {
        start: () => {
          signal?.removeEventListener("abort", stop);
          resolve();
        },
        fail: (error) => {
          signal?.removeEventListener("abort", stop);
          reject(error);
        },
      };
      signal?.addEventListener("abort", stop, { once: true });
      this.#waiting.push(waiting);
      this.#pump();
    });
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#active -= 1;
      this.#pump();
    };
  }

  /** The provider answered in good order. */
  succeeded(): void {
    this.#refusals = 0;
    this.#successes += 1;
    if (this.#successes < successesToGrow * this.#limit || this.#limit >= this.#pacing.parallel) return;
    this.#limit += 1;
    this.#successes = 0;
    this.#pump();
  }

  /** The provider is overrun: a timeout. Fewer at once, without a pause. */
  strained(): void {
    this.#successes = 0;
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
  }

  /** The provider asked to slow down. */
  slowedDown(retryAfterMs: number | undefined): void {
    this.strained();
    // Several requests that were under way together are refused together; that is one refusal.
    if (this.pauseMs === 0) this.#refusals += 1;
    const pause = Math.max(retryAfterMs ?? 0, Math.min(1000 * 2 ** (Math.max(1, this.#refusals) - 1), longestPauseMs));
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + pause);
    this.#pump();
  }

  #inPause(): KalendsError {
    return new KalendsError("rate-limited", "The provider asked this login to slow down", { retryAfterMs: this.pauseMs });
  }

  #pump(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    if (this.pauseMs > patienceMs) for (const waiting of this.#waiting.splice(0)) waiting.fail(this.#inPause());
    while (this.#waiting.length > 0 && this.#active < this.#limit) {
      const now = this.#clock.now();
      const wait = Math.max(this.#pausedUntil, this.#nextStart) - now;
      if (wait > 0) {
        this.#cancelTimer = this.#clock.setTimer(wait, () => this.#pump());
        return;
      }
      this.#nextStart = now + this.#pacing.gapMs;
      this.#active += 1;
      this.#waiting.shift()?.start();
    }
  }
}
