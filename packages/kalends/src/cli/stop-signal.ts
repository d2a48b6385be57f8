/** What a person's Ctrl-C does while a command runs. */
export interface StopSignal {
  readonly signal: AbortSignal;
  /** Signals have their usual effect again. */
  release(): void;
}

/** npm, npx and the terminal each hand the same Ctrl-C to the process; what follows that closely is not a second one. */
const sameKeyMs = 400;

/**
 * The first Ctrl-C (or SIGTERM) asks the work to stop, so that it ends in order; a second one ends the process at once, with the exit code that a
 * shell expects of an interrupted program.
 */
export function listenForStop(now: () => number): StopSignal {
  const stop = new AbortController();
  let firstAt: number | null = null;
  const onSignal = (name: NodeJS.Signals): void => {
    if (firstAt === null) {
      firstAt = now();
      stop.abort();
    } else if (now() - firstAt > sameKeyMs) {
      process.exit(exitCodes[name] ?? 1);
    }
  };
  for (const name of names) process.on(name, onSignal);
  return {
    signal: stop.signal,
    release: () => names.forEach((name) => process.off(name, onSignal)),
  };
}

const names = ["SIGINT", "SIGTERM"] as const;
const exitCodes: Partial<Record<NodeJS.Signals, number>> = { SIGINT: 130, SIGTERM: 143 };

/** Exit code of work that a person stopped. */
export const stoppedExitCode = 130;
