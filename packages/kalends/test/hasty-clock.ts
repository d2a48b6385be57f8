import type { Clock } from "@kalends/model";
import { systemClock } from "kalends";

/** A clock on which all time, told and waited, passes `factor` times as fast. */
export interface HastyClock extends Clock {
  /** Time that nobody waits for: pauses and back-offs that a provider caused are over. */
  skip(ms: number): void;
}

export function hastyClock(factor: number): HastyClock {
  const start = systemClock.now();
  let skipped = 0;
  return {
    now: () => Math.floor(start + skipped + (systemClock.now() - start) * factor),
    setTimer: (ms, run) => systemClock.setTimer(ms / factor, run),
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
    skip: (ms) => void (skipped += ms),
  };
}
