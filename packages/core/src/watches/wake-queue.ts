/**
 * Merges the same write asked for many times at once: of all calls for one name, one write runs and one more waits for it. A call never
 * joins a write that has begun, because what it tells of may have come after what that write is going to start.
 */
export interface WakeQueue {
  /** Resolves when a write that began after this call is done; rejects with what that write threw. */
  wake(name: string, write: () => Promise<void>): Promise<void>;
}

interface Waiting {
  running: Promise<void>;
  next: Promise<void> | null;
}

export function createWakeQueue(): WakeQueue {
  const waiting = new Map<string, Waiting>();
  const begin = (name: string, write: () => Promise<void>): Promise<void> => {
    const running = write().finally(() => {
      if (waiting.get(name)?.running === running) waiting.delete(name);
    });
    waiting.set(name, { running, next: null });
    return running;
  };
  return {
    wake: (name, write) => {
      const known = waiting.get(name);
      if (known === undefined) return begin(name, write);
      known.next ??= known.running.then(
        () => begin(name, write),
        () => begin(name, write),
      );
      return known.next;
    },
  };
}
