import type { Clock } from "@kalends/model";
import { KalendsError } from "@kalends/model";

/** The machine's clock, for proxies and servers in tests. Its waits do not keep a process alive. */
export const wallClock: Clock = {
  now: () => Date.now(),
  setTimer: (ms, run) => {
    const timer = setTimeout(run, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        cancel();
        reject(new KalendsError("aborted", "The wait was stopped by its signal"));
      };
      const cancel = wallClock.setTimer(ms, () => {
        signal?.removeEventListener("abort", stop);
        resolve();
      });
      if (signal?.aborted === true) stop();
      else signal?.addEventListener("abort", stop, { once: true });
    }),
};
