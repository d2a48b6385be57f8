import { errorTable, type ErrorCode } from "@kalends/model";
import type { EngineSettings } from "../settings.ts";

/** What a run tells about the provider that it called. */
const tellsDown: readonly ErrorCode[] = ["network-unreachable", "network-timeout", "server-error", "response-incomplete"];

interface Lane {
  running: number;
  /** Runs in a row that found the provider down. */
  down: number;
  /** How often in a row it was closed. */
  closings: number;
  closedUntil: number;
}

/**
 * Keeps providers apart inside one worker. A provider that was found down gets at most half of the worker's places; after several such runs in
 * a row its jobs are left alone for a while, then tried one at a time until one succeeds. A provider whose shared budget is spent is left
 * alone until there is room. All in memory: each worker finds out for itself, within a few runs.
 */
export class Lanes {
  readonly #settings: EngineSettings;
  readonly #lanes = new Map<string, Lane>();

  constructor(settings: EngineSettings) {
    this.#settings = settings;
  }

  /** Lanes of which no further job should be claimed now. */
  avoided(now: number): string[] {
    return [...this.#lanes].filter(([, lane]) => lane.closedUntil > now || lane.running >= this.#places(lane)).map(([name]) => name);
  }

  /** Whether some lane has fewer places than the worker: then jobs are claimed one at a time. */
  get careful(): boolean {
    return [...this.#lanes.values()].some((lane) => lane.down > 0);
  }

  /** When a closed lane opens, or `null` where none is closed. */
  opensAt(now: number): number | null {
    const times = [...this.#lanes.values()].map(({ closedUntil }) => closedUntil).filter((at) => at > now);
    return times.length === 0 ? null : Math.min(...times);
  }

  begin(name: string): void {
    if (name !== "") this.#lane(name).running += 1;
  }

  /** `code`: what the run failed with, `null` where it succeeded. */
  end(name: string, code: ErrorCode | null, now: number): void {
    if (name === "") return;
    const lane = this.#lane(name);
    lane.running -= 1;
    if (code !== null && tellsDown.includes(code)) {
      lane.down += 1;
      // Runs that had begun before it was closed tell nothing new.
      if (lane.down >= this.#settings.downUntilClosed && lane.closedUntil <= now) this.#close(lane, now);
    } else if (code === null || errorTable[code].failure === "auth") {
      // A refused login is an answer: the provider is there.
      lane.down = 0;
      lane.closings = 0;
    }
    if (lane.running === 0 && lane.down === 0 && lane.closedUntil <= now) this.#lanes.delete(name);
  }

  closeUntil(name: string, at: number): void {
    if (name !== "") this.#lane(name).closedUntil = Math.max(this.#lane(name).closedUntil, at);
  }

  #close(lane: Lane, now: number): void {
    const { closedFirstMs, closedMostMs } = this.#settings;
    lane.closings += 1;
    lane.closedUntil = now + Math.min(closedFirstMs * 2 ** Math.min(lane.closings - 1, 20), closedMostMs);
  }

  #places({ down, closings }: Lane): number {
    const { concurrency } = this.#settings;
    if (closings > 0) return 1;
    return down > 0 ? Math.max(1, Math.floor(concurrency / 2)) : concurrency;
  }

  #lane(name: string): Lane {
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const made: Lane = { running: 0, down: 0, closings: 0, closedUntil: 0 };
    this.#lanes.set(name, made);
    return made;
  }
}
