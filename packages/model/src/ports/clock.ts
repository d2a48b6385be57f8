/** The only source of time. Everything in Kalends that waits or asks for the hour takes one. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Calls `run` once after `ms`; the returned function cancels it. A pending timer does not keep a process alive unless it must. */
  setTimer(ms: number, run: () => void): () => void;
  /** Resolves after `ms`; rejects with `KalendsError` `aborted` when the signal fires first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
