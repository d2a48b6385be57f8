import { KalendsError } from "@kalends/model";
import type { Clock } from "@kalends/model";

/** Timers of Node end at 2^31 - 1 ms; longer ones are waited for in parts. */
const longestTimerMs = 2_147_483_647;

/** The machine's own clock and timers. A pending timer does not keep the process alive; a sleep does. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer: (ms, run) => startTimer(ms, run, false),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const onAbort = (): void => {
        cancel();
        reject(new KalendsError("aborted", "The wait was stopped"));
      };
      if (signal?.aborted === true) {
        reject(new KalendsError("aborted", "The wait was stopped"));
        return;
      }
      const cancel = startTimer(
        ms,
        () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
        true,
      );
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
};

function startTimer(ms: number, run: () => void, keepsAlive: boolean): () => void {
  let handle: NodeJS.Timeout;
  const arm = (left: number): void => {
    handle = setTimeout(() => (left > longestTimerMs ? arm(left - longestTimerMs) : run()), Math.min(Math.max(0, left), longestTimerMs));
    if (!keepsAlive) handle.unref();
  };
  arm(ms);
  return () => clearTimeout(handle);
}
