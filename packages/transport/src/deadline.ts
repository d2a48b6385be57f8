import { KalendsError, type Clock } from "@kalends/model";

/** Ends an exchange: by total time, by idleness, by the caller's signal, or because the transport closes. */
export interface Deadline {
  /** Fires once; its reason is the `KalendsError` to throw. */
  signal: AbortSignal;
  /** Something arrived: the idle time starts, or starts anew. Before that only the total counts: a server may think for long before it answers. */
  touch(): void;
  abort(error: KalendsError): void;
  /** Takes all timers and listeners away. */
  end(): void;
}

function timeout(): KalendsError {
  return new KalendsError("network-timeout", "The server did not answer in time");
}

export function startDeadline(clock: Clock, totalMs: number, idleMs: number, signal: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  let last = clock.now();
  let watching = idleMs >= totalMs;
  let cancelIdle = (): void => {};
  const abort = (error: KalendsError): void => {
    if (!controller.signal.aborted) controller.abort(error);
  };
  const watchIdle = (wait: number): void => {
    cancelIdle = clock.setTimer(wait, () => {
      const rest = last + idleMs - clock.now();
      if (rest <= 0) abort(timeout());
      else watchIdle(rest);
    });
  };
  const cancelTotal = clock.setTimer(totalMs, () => abort(timeout()));
  const byCaller = (): void => abort(new KalendsError("aborted", "The request was stopped by its signal"));
  if (signal?.aborted === true) byCaller();
  else signal?.addEventListener("abort", byCaller, { once: true });
  return {
    signal: controller.signal,
    touch() {
      last = clock.now();
      if (watching) return;
      watching = true;
      watchIdle(idleMs);
    },
    abort,
    end() {
      cancelTotal();
      cancelIdle();
      signal?.removeEventListener("abort", byCaller);
    },
  };
}
