import { KalendsError, type Clock } from "@kalends/model";

/** A clock that stands still until it is moved. Timers fire, in the order of their due times, when the clock passes them. */
export interface MovableClock extends Clock {
  /** Moves to an ISO 8601 instant. Timers due on the way fire; a move backwards fires none. */
  set(iso: string): void;
  /** Moves forward by `ms`. A timer that a fired timer sets, and that is due on the way as well, fires too. */
  advance(ms: number): void;
  /** How many timers wait. */
  readonly waiting: number;
}

interface Timer {
  due: number;
  order: number;
  run: () => void;
}

/** Makes a movable clock that stands at `start`, an ISO 8601 instant (default 2026-01-05T09:00:00Z, a Monday). */
export function movableClock(start = "2026-01-05T09:00:00Z"): MovableClock {
  let now = instantOf(start);
  let order = 0;
  const timers = new Set<Timer>();

  function setTimer(ms: number, run: () => void): () => void {
    const timer: Timer = { due: now + Math.max(0, ms), order: ++order, run };
    timers.add(timer);
    return () => {
      timers.delete(timer);
    };
  }

  function nextDue(until: number): Timer | null {
    let next: Timer | null = null;
    for (const timer of timers) {
      if (timer.due > until) continue;
      if (next === null || timer.due < next.due || (timer.due === next.due && timer.order < next.order)) next = timer;
    }
    return next;
  }

  function moveTo(target: number): void {
    for (let timer = nextDue(target); timer !== null; timer = nextDue(target)) {
      timers.delete(timer);
      now = Math.max(now, timer.due);
      timer.run();
    }
    now = target;
  }

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stopped = (): void => {
        cancel();
        reject(new KalendsError("aborted", "A wait was stopped by its signal"));
      };
      const cancel = setTimer(ms, () => {
        signal?.removeEventListener("abort", stopped);
        resolve();
      });
      if (signal?.aborted) stopped();
      else signal?.addEventListener("abort", stopped, { once: true });
    });
  }

  return {
    now: () => now,
    setTimer,
    sleep,
    set: (iso) => moveTo(instantOf(iso)),
    advance: (ms) => moveTo(now + ms),
    get waiting() {
      return timers.size;
    },
  };
}

function instantOf(iso: string): number {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) throw new KalendsError("invalid-argument", "The movable clock needs an ISO 8601 instant");
  return at;
}
