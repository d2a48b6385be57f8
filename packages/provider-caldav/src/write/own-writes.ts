import type { Clock } from "@kalends/model";

/** So long a listing that does not show an own write is not believed: some providers take minutes to show it. */
const graceMs = 5 * 60_000;
const mostKept = 2000;

/** Items that this process wrote a short while ago, by URL path. */
export class OwnWrites {
  /** The server was seen to answer an update otherwise than with 201, so that a 201 means: created. */
  updatesAreTold = false;
  readonly #clock: Clock;
  readonly #writtenAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(key: string): void {
    this.#writtenAt.delete(key);
    this.#writtenAt.set(key, this.#clock.now());
    for (const oldest of this.#writtenAt.keys()) {
      if (this.#writtenAt.size <= mostKept) break;
      this.#writtenAt.delete(oldest);
    }
  }

  forget(key: string): void {
    this.#writtenAt.delete(key);
  }

  /** Keys below a folder that were written within the grace period. */
  recentBelow(folder: string): string[] {
    const since = this.#clock.now() - graceMs;
    for (const [key, at] of this.#writtenAt) if (at < since) this.#writtenAt.delete(key);
    return [...this.#writtenAt.keys()].filter((key) => key.startsWith(folder));
  }
}
