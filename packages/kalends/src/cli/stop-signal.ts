/** npm, npx and the terminal each hand the same Ctrl-C to the process; what follows that closely is not a second one. */
const sameKeyMs = 400;

/**
 * The first Ctrl-C (or SIGTERM) asks the work to stop, so that it ends in order; a second one ends the process at once, with the exit code that a
 * shell expects of an interrupted program. It listens until the process ends: the same key press may come a last time on the way out.
 */
export function listenForStop(now: () => number): AbortSignal {
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
  return stop.signal;
}

const names = ["SIGINT", "SIGTERM"] as const;
const exitCodes: Partial<Record<NodeJS.Signals, number>> = { SIGINT: 130, SIGTERM: 143 };

/** Exit code of work that a person stopped. */
export const stoppedExitCode = 130;
