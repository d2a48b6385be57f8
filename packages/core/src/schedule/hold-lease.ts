import type { ClaimedJob, Clock, JobSource } from "@kalends/model";

/** A job's lease kept alive in the background until `stop`; `lost` fires when the job was taken over or cancelled. */
export interface HeldJob {
  readonly lost: AbortSignal;
  stop(): void;
}

/** Renews a job's lease every third of it, so that a long run is not begun a second time elsewhere. */
export function holdJob(source: JobSource, clock: Clock, job: ClaimedJob, leaseMs: number): HeldJob {
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
    source.renew(job, clock.now(), leaseMs).then(
      (kept) => {
        if (!kept) lost.abort();
        else if (!stopped) cancel = clock.setTimer(leaseMs / 3, beat);
      },
      // A store that cannot be reached for a moment is no loss; the fencing token decides at the end.
      () => {
        if (!stopped) cancel = clock.setTimer(leaseMs / 3, beat);
      },
    );
  }
}
