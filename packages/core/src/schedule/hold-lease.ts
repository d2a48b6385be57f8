import type { Clock } from "@kalends/model";

/** A lease kept alive in the background until `stop`; `lost` fires when somebody else has it, or when it was taken away. */
export interface HeldLease {
  readonly lost: AbortSignal;
  stop(): void;
}

/**
 * Renews a lease every third of it, so that a slow run is not begun a second time elsewhere. `renew` prolongs it, and answers `false` where there
 * is nothing left to prolong. What it throws is no loss: a store that cannot be reached for a moment. The fencing token decides at the next write.
 */
export function holdLease(clock: Clock, leaseMs: number, renew: () => Promise<boolean>): HeldLease {
  const lost = new AbortController();
  let stopped = false;
  let cancel = clock.setTimer(leaseMs / 3, beat);
  return {
    lost: lost.signal,
    stop: () => {
      stopped = true;
      cancel();
    },
  };

  function beat(): void {
    void renew().then(goOn, () => goOn(true));
  }

  /** A beat that was under way at the end says nothing any more. */
  function goOn(kept: boolean): void {
    if (stopped) return;
    if (kept) cancel = clock.setTimer(leaseMs / 3, beat);
    else lost.abort();
  }
}
