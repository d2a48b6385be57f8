import { setImmediate } from "node:timers";
import { KalendsError, type Clock } from "@kalends/model";

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /**
   * Lets `ms` milliseconds pass. Timers that fall due run in the order of their time (then of their making), each at its own
   * instant; before, between and after them pending promise jobs and one round of input and output run, so that code which waits
   * for a timer and then sets another is carried along. Rejects with what a timer throws; the clock then stands at that timer.
   */
  advance(ms: number): Promise<void>;
  /** `advance` up to an instant (ISO 8601 or ms since the epoch); `invalid-argument` where it lies in the past. */
  advanceTo(instant: string | number): Promise<void>;
  /** Changes what the clock says, forwards or backwards, as a time server does: no timer runs, and each keeps its remaining wait. */
  set(instant: string | number): void;
  /** How many timers (sleeps among them) are waiting. */
  readonly pendingTimers: number;
}

interface Timer {
  /** On the axis of passed time, which `set` does not touch. */
  due: number;
  order: number;
  run: () => void;
}

/** More timers than this without time passing mean that the code under test spins. */
const mostAtOneInstant = 10_000;

/** A fake clock that starts at `start` (ISO 8601 or ms since the epoch; default 2026-01-05T00:00:00Z, a Monday). */
export function fakeClock(start: string | number = "2026-01-05T00:00:00Z"): FakeClock {
  const timers = new Set<Timer>();
  let passed = 0;
  let offset = readInstant(start);
  let made = 0;

  const setTimer = (ms: number, run: () => void): (() => void) => {
    const timer: Timer = { due: passed + (ms > 0 ? ms : 0), order: made++, run };
    timers.add(timer);
    return () => void timers.delete(timer);
  };

  const advance = async (ms: number): Promise<void> => {
    if (!(ms >= 0)) throw new KalendsError("invalid-argument", "A fake clock advances by zero or more milliseconds; use set() to go back");
    const target = passed + ms;
    let atThisInstant = 0;
    await settle();
    for (let timer = nextTimer(timers, target); timer; timer = nextTimer(timers, target)) {
      atThisInstant = timer.due > passed ? 0 : atThisInstant + 1;
      if (atThisInstant > mostAtOneInstant) throw new KalendsError("internal", "Timers keep setting timers while no time passes");
      passed = Math.max(passed, timer.due);
      timers.delete(timer);
      timer.run();
      await settle();
    }
    passed = Math.max(passed, target);
  };

  return {
    now: () => offset + passed,
    setTimer,
    sleep: (ms, signal) => sleepOn(setTimer, ms, signal),
    advance,
    advanceTo: (instant) => advance(readInstant(instant) - offset - passed),
    set: (instant) => {
      offset = readInstant(instant) - passed;
    },
    get pendingTimers() {
      return timers.size;
    },
  };
}

function readInstant(instant: string | number): number {
  const ms = typeof instant === "number" ? instant : Date.parse(instant);
  if (!Number.isFinite(ms)) throw new KalendsError("invalid-argument", `Not an instant: ${instant}`);
  return ms;
}

function nextTimer(timers: ReadonlySet<Timer>, target: number): Timer | null {
  let next: Timer | null = null;
  for (const timer of timers) {
    if (timer.due > target) continue;
    if (!next || timer.due < next.due || (timer.due === next.due && timer.order < next.order)) next = timer;
  }
  return next;
}

function sleepOn(setTimer: Clock["setTimer"], ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      cancel();
      reject(new KalendsError("aborted", "The wait was stopped by its signal", { cause: signal?.reason }));
    };
    const cancel = setTimer(ms, () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    });
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}

/** A turn of the event loop: every promise job that is ready runs, and input or output that has arrived is seen. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
