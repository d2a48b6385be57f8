/** Starts of requests in the last minute, as quotas per minute count them: a sliding window, not a bucket that fills again all at once. */
export class SlidingWindow {
  readonly #limit: number;
  readonly #spanMs: number;
  /** Times in order; those before `#first` have left the window. */
  #times: number[] = [];
  #first = 0;

  constructor(limit: number, spanMs: number) {
    this.#limit = limit;
    this.#spanMs = spanMs;
  }

  /** How long until one more may start, in ms; 0: now. */
  waitMs(now: number): number {
    this.#forget(now);
    if (this.#times.length - this.#first < this.#limit) return 0;
    return Math.max(1, (this.#times[this.#first] as number) + this.#spanMs - now);
  }

  note(now: number): void {
    this.#times.push(now);
  }

  isEmpty(now: number): boolean {
    this.#forget(now);
    return this.#times.length === this.#first;
  }

  #forget(now: number): void {
    // The clock was set back: those starts were at the latest now, and no wait may last as long as the clock was wrong.
    for (let at = this.#times.length - 1; at >= this.#first && (this.#times[at] as number) > now; at -= 1) this.#times[at] = now;
    while (this.#first < this.#times.length && (this.#times[this.#first] as number) + this.#spanMs <= now) this.#first += 1;
    if (this.#first < 1024 && this.#first * 2 < this.#times.length) return;
    this.#times = this.#times.slice(this.#first);
    this.#first = 0;
  }
}
