const day = 86_400_000;

/** What is due is what the measurement makes due, and it is seen soon; all else as by default. */
export const workerSettings = { pollEveryMs: day, pollQuietEveryMs: day, lookEveryMs: 100 };
