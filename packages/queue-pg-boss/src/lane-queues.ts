import type { BossPort } from "./boss-port.ts";

/** How often other workers' new queues are looked for, in milliseconds. */
const lookEveryMs = 30_000;

/** One pg-boss queue for each provider, so that a provider can be watched, and left alone, by itself. */
export class LaneQueues {
  readonly #boss: BossPort;
  readonly #prefix: string;
  readonly #known = new Map<string, string>();
  #lookedAt: number | null = null;

  constructor(boss: BossPort, prefix: string) {
    this.#boss = boss;
    this.#prefix = prefix;
  }

  /** Names of the queues there are, by lane. */
  async all(now: number): Promise<ReadonlyMap<string, string>> {
    // A clock that was set back is no reason to wait for it.
    if (this.#lookedAt === null || Math.abs(now - this.#lookedAt) >= lookEveryMs) {
      for (const { name } of await this.#boss.getQueues()) {
        if (name.startsWith(`${this.#prefix}.`)) this.#known.set(laneOf(name.slice(this.#prefix.length + 1)), name);
      }
      this.#lookedAt = now;
    }
    return this.#known;
  }

  /** The lane's queue, made where there is none. */
  async of(lane: string): Promise<string> {
    const known = this.#known.get(lane);
    if (known !== undefined) return known;
    const name = `${this.#prefix}.${nameOf(lane)}`;
    // What is not done is begun again by the schedule, never by pg-boss: a try of its own would run under an old token.
    await this.#boss.createQueue(name, { policy: "standard", retryLimit: 0 });
    this.#known.set(lane, name);
    return name;
  }
}

/** Jobs that call no provider have the empty lane. */
const ownLane = "-";

/** Queue names take letters, digits, dots, dashes, slashes and underscores; a provider's id may hold anything. */
function nameOf(lane: string): string {
  if (lane === "") return ownLane;
  return lane.replace(/[^A-Za-z0-9-]|^-$/g, (letter) => `_${letter.codePointAt(0)?.toString(16) ?? ""}_`);
}

function laneOf(name: string): string {
  if (name === ownLane) return "";
  return name.replace(/_([0-9a-f]+)_/g, (_whole, code: string) => String.fromCodePoint(Number.parseInt(code, 16)));
}
