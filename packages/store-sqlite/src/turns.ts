import { AsyncLocalStorage } from "node:async_hooks";
import { realpathSync } from "node:fs";
import { KalendsError } from "@kalends/model";

/**
 * A line in which calls wait for each other. All stores of one thread on one file stand in the same line: SQLite's own way of waiting for
 * a lock blocks the thread, so a store that waited for another one of its own thread would wait in vain.
 */
export interface Turns {
  /** Runs `work` when everything taken before has ended. */
  take<T>(work: () => Promise<T>): Promise<T>;
  /**
   * The same for work of the host's, which may call the store again. A call of it that waited for its own turn would wait for ever, so it is
   * refused: `invalid-argument`.
   */
  takeForHost<T>(work: () => Promise<T>): Promise<T>;
  /** The caller takes no more turns. */
  leave(): void;
}

interface Line {
  end: Promise<unknown>;
  members: number;
}

const lines = new Map<string, Line>();

/** A turn of the host's, known to everything that its work calls. */
interface HostTurn {
  line: Line;
  open: boolean;
}

const hostTurn = new AsyncLocalStorage<HostTurn>();

/** The line of a database file that exists; of `:memory:` a new one each time. */
export function turnsOf(path: string): Turns {
  const name = path === ":memory:" ? null : realpathSync(path);
  const line = (name === null ? undefined : lines.get(name)) ?? { end: Promise.resolve(), members: 0 };
  line.members += 1;
  if (name !== null) lines.set(name, line);
  const take = <T>(work: () => Promise<T>): Promise<T> => {
    const outer = hostTurn.getStore();
    if (outer?.open === true && outer.line === line) return Promise.reject(insideTurn());
    const turn = line.end.then(work);
    line.end = turn.catch(() => undefined);
    return turn;
  };
  return {
    take,
    takeForHost: (work) =>
      take(async () => {
        const turn = { line, open: true };
        try {
          return await hostTurn.run(turn, work);
        } finally {
          turn.open = false;
        }
      }),
    leave: () => {
      line.members -= 1;
      if (name !== null && line.members === 0) lines.delete(name);
    },
  };
}

function insideTurn(): KalendsError {
  return new KalendsError("invalid-argument", "The store was called from inside a transaction of its own, for which that call would wait", {
    remedy: "Inside a transaction call what `joined(transaction)` gives, and everything else after it.",
  });
}
