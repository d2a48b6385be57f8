import type { Clock } from "@kalends/model";

/** A clock on which all time, told and waited, passes faster than on the one behind it. */
export interface HastyClock extends Clock {
  /** Time that nobody waits for: pauses and back-offs that a provider caused are over. */
  skip(ms: number): void;
}

/** For tests against real servers whose pauses and back-offs nobody wants to sit out: `hastyClock(systemClock, 8)`. */
export function hastyClock(behind: Clock, factor: number): HastyClock {
  const start = behind.now();
  let skipped = 0;
  return {
    now: () => Math.floor(start + skipped + (behind.now() - start) * factor),
    setTimer: (ms, run) => behind.setTimer(ms / factor, run),
    sleep: (ms, signal) => behind.sleep(ms / factor, signal),
    skip: (ms) => void (skipped += ms),
  };
}
