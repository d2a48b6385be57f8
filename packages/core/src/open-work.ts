import { KalendsError, type Clock } from "@kalends/model";

/** What callers of the engine have under way, so that closing can end it before the store goes. */
export interface OpenWork {
  /** Runs `work` with a signal that fires on the caller's or when the engine closes. Throws `engine-closed` after that. */
  run<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Lets nothing new begin, stops what runs, and waits for its end, at most `graceMs`. */
  end(graceMs: number): Promise<void>;
}

export function createOpenWork(clock: Clock): OpenWork {
  const ending = new AbortController();
  const running = new Set<Promise<unknown>>();
  return {
    run: async (signal, work) => {
      if (ending.signal.aborted) throw new KalendsError("engine-closed", "The engine was closed");
      const run = work(signal === undefined ? ending.signal : AbortSignal.any([signal, ending.signal]));
      running.add(run);
      try {
        return await run;
      } finally {
        running.delete(run);
      }
    },
    end: async (graceMs) => {
      ending.abort(new KalendsError("aborted", "The engine was closed"));
      if (running.size === 0) return;
      // An adapter that does not listen to its signal must not keep the host program from ending.
      let cancel = (): void => undefined;
      const patience = new Promise<void>((resolve) => (cancel = clock.setTimer(graceMs, resolve)));
      await Promise.race([Promise.allSettled([...running]), patience]);
      cancel();
    },
  };
}
