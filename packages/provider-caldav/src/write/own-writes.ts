import type { Clock } from "@kalends/model";

/** So long a listing that does not show an own write is not believed: some providers take minutes to show it. */
const graceMs = 5 * 60_000;
const mostKept = 2000;

/** An item that this process created a short while ago. */
export interface OwnWrite {
  /** URL path. */
  key: string;
  /** The server handed it out after it was written, so that it was there once. */
  seen: boolean;
}

/** Items that this process created and no listing has shown yet. A change of an item cannot hide it, so changes do not count. */
export class OwnWrites {
  /** The server was seen to answer an update otherwise than with 201, so that a 201 means: created. */
  updatesAreTold = false;
  readonly #clock: Clock;
  readonly #created = new Map<string, { at: number; seen: boolean }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(key: string, seen: boolean): void {
    this.#created.delete(key);
    this.#created.set(key, { at: this.#clock.now(), seen });
    for (const oldest of this.#created.keys()) {
      if (this.#created.size <= mostKept) break;
      this.#created.delete(oldest);
    }
  }

  forget(key: string): void {
    this.#created.delete(key);
  }

  /** The item was created within the grace period, and the server has not shown it since: that it is not found says nothing. */
  isHidden(key: string): boolean {
    const own = this.#created.get(key);
    return own !== undefined && !own.seen && own.at >= this.#clock.now() - graceMs;
  }

  /** Items below a folder that were created within the grace period. */
  recentBelow(folder: string): OwnWrite[] {
    const since = this.#clock.now() - graceMs;
    for (const [key, { at }] of this.#created) if (at < since) this.#created.delete(key);
    return [...this.#created].flatMap(([key, { seen }]) => (key.startsWith(folder) ? [{ key, seen }] : []));
  }
}
