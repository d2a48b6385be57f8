/** How the engine paces itself. All durations in milliseconds. */
export interface EngineSettings {
  /** How often a calendar is polled that changed lately. */
  pollEveryMs: number;
  /** How often one is polled that did not. */
  pollQuietEveryMs: number;
  /** How often one is polled whose provider tells of changes: the longest that a lost notification goes unnoticed. */
  pollPushedEveryMs: number;
  /** "Lately" ends this long after the last change. */
  activeForMs: number;
  /** For how long a watch channel is asked. Google gives a week at most. */
  watchForMs: number;
  /** A channel is replaced this long before its end; the old one is stopped when the new one works. */
  watchRenewBeforeMs: number;
  /** How often a connection's calendar list is read. */
  listEveryMs: number;
  /** How often a calendar's busy spans follow the moving window. */
  rollEveryMs: number;
  /** How often what is due is removed. At least daily, or rows stay longer than the policy says. */
  retentionEveryMs: number;
  /** How often a calendar is listed whole although its cursor lives: some servers lose changes without a word. */
  reconcileEveryMs: number;
  /** Spread of every planned time, as a part of it: 0.2 is plus or minus 20 %. */
  jitter: number;
  /** Claims and job leases live this long without renewal. */
  leaseMs: number;
  /** A calendar counts as fresh this long after its last complete sync. */
  freshForMs: number;
  /** First wait after a failure; doubles with each further one. */
  retryFirstMs: number;
  retryMostMs: number;
  /** Waits up to this long happen inside the run; longer ones put the calendar off. */
  inlineWaitMs: number;
  /** Pause before the second read that confirms a large removal or a refused login. */
  confirmAfterMs: number;
  /** Failed runs of a calendar in a row, all of them refusals, that raise an alert. */
  refusalsUntilAlert: number;
  /** Items of a calendar set aside in one run that raise an alert. */
  quarantinedUntilAlert: number;
  /** An alert that nobody acknowledged is escalated after this long. */
  escalateAfterMs: number;
  /** Calendars synced at once, each of another connection. */
  concurrency: number;
  /** How often a worker looks for jobs that another process queued. */
  lookEveryMs: number;
  /** Failed runs of a job in a row, of a kind that will not mend by itself, after which it is set aside as a dead letter. */
  failuresUntilDead: number;
  /** Runs of a job in a row whose worker ended without a word, after which it is set aside: it may be what ends them. */
  lostUntilDead: number;
  /** How often a dead letter is tried all the same. */
  deadEveryMs: number;
  /** Runs in a row that found a provider down after which a worker leaves its jobs alone for a while. */
  downUntilClosed: number;
  /** First such while; doubles each time the provider is found down again. */
  closedFirstMs: number;
  closedMostMs: number;
}

export const defaultSettings: EngineSettings = {
  pollEveryMs: 5 * 60_000,
  pollQuietEveryMs: 10 * 60_000,
  pollPushedEveryMs: 15 * 60_000,
  activeForMs: 60 * 60_000,
  watchForMs: 7 * 24 * 60 * 60_000,
  watchRenewBeforeMs: 12 * 60 * 60_000,
  listEveryMs: 60 * 60_000,
  rollEveryMs: 24 * 60 * 60_000,
  retentionEveryMs: 6 * 60 * 60_000,
  reconcileEveryMs: 24 * 60 * 60_000,
  jitter: 0.2,
  leaseMs: 30_000,
  freshForMs: 20 * 60_000,
  retryFirstMs: 15_000,
  retryMostMs: 60 * 60_000,
  inlineWaitMs: 5_000,
  confirmAfterMs: 1_500,
  refusalsUntilAlert: 3,
  quarantinedUntilAlert: 10,
  escalateAfterMs: 24 * 60 * 60_000,
  concurrency: 4,
  lookEveryMs: 1_000,
  failuresUntilDead: 5,
  lostUntilDead: 10,
  deadEveryMs: 24 * 60 * 60_000,
  downUntilClosed: 5,
  closedFirstMs: 15_000,
  closedMostMs: 5 * 60_000,
};
