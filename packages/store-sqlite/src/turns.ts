import { realpathSync } from "node:fs";

/**
 * A line in which calls wait for each other. All stores of one thread on one file stand in the same line: SQLite's own way of waiting for
 * a lock blocks the thread, so a store that waited for another one of its own thread would wait in vain.
 */
export interface Turns {
  /** Runs `work` when everything taken before has ended. */
  take<T>(work: () => Promise<T>): Promise<T>;
  /** The caller takes no more turns. */
  leave(): void;
}

interface Line {
  end: Promise<unknown>;
  members: number;
}

const lines = new Map<string, Line>();

/** The line of a database file that exists; of `:memory:` a new one each time. */
export function turnsOf(path: string): Turns {
  const name = path === ":memory:" ? null : realpathSync(path);
  const line = (name === null ? undefined : lines.get(name)) ?? { end: Promise.resolve(), members: 0 };
  line.members += 1;
  if (name !== null) lines.set(name, line);
  return {
    take: (work) => {
      const turn = line.end.then(work);
      line.end = turn.catch(() => undefined);
      return turn;
    },
    leave: () => {
      line.members -= 1;
      if (name !== null && line.members === 0) lines.delete(name);
    },
  };
}
