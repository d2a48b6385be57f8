import type { Clock, SyncStore } from "@kalends/model";

/** A claim kept alive in the background until `stop`; `lost` fires when another worker took the calendar over. */
export interface HeldClaim {
  readonly lost: AbortSignal;
  stop(): void;
}

/** Renews a claim every third of its lease, so that a slow provider does not cost the calendar. */
export function holdClaim(store: SyncStore, clock: Clock, calendarId: string, token: number, leaseMs: number): HeldClaim {
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
    if (stopped) return;
    store.renew(calendarId, token, clock.now(), leaseMs).then(
      () => {
        if (!stopped) cancel = clock.setTimer(leaseMs / 3, beat);
      },
      // A store that cannot be reached for a moment is no loss; the fencing token decides at the next write.
      (thrown: unknown) => {
        if ((thrown as { code?: string }).code === "claim-lost") lost.abort(thrown);
        else if (!stopped) cancel = clock.setTimer(leaseMs / 3, beat);
      },
    );
  }
}
