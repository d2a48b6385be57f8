import type { Clock, ProviderAccess } from "@kalends/model";
import { BatchSize } from "./batch-size.ts";
import type { LoginScheme } from "./login/login-scheme.ts";
import { endpointOrigin, readEndpoint } from "./login-endpoint.ts";
import type { CaldavPreset } from "./presets/caldav-preset.ts";
import { RequestQueue } from "./request-queue.ts";
import { OwnWrites } from "./write/own-writes.ts";

/** What is learned of one account at one server while the process lives. Nothing of it is secret or needed after a restart. */
export interface AccountState {
  queue: RequestQueue;
  schemes: Map<string, LoginScheme>;
  batch: BatchSize;
  writes: OwnWrites;
}

const mostAccounts = 1000;

/** Finds the state of an account; two connections with one login share it, for the provider counts them as one. */
export class AccountDesk {
  readonly #clock: Clock;
  readonly #batchSize: number;
  readonly #accounts = new Map<string, AccountState>();

  constructor(clock: Clock, batchSize: number) {
    this.#clock = clock;
    this.#batchSize = batchSize;
  }

  /** `site`: what stands for the server before discovery has found one. */
  of(access: ProviderAccess, preset: CaldavPreset | null, site: string): AccountState {
    const key = accountKey(access, preset, site);
    const known = this.#accounts.get(key);
    if (known !== undefined) {
      // Last used last, so that the first one is the one to let go.
      this.#accounts.delete(key);
      this.#accounts.set(key, known);
      return known;
    }
    const state: AccountState = {
      queue: new RequestQueue(this.#clock, preset?.pacing ?? { parallel: 4, gapMs: 0 }),
      schemes: new Map(),
      batch: new BatchSize(Math.min(this.#batchSize, preset?.batchSize ?? this.#batchSize)),
      writes: new OwnWrites(this.#clock),
    };
    this.#accounts.set(key, state);
    if (this.#accounts.size > mostAccounts) this.#dropOne();
    return state;
  }

  #dropOne(): void {
    for (const [key, { queue }] of this.#accounts) {
      if (!queue.idle) continue;
      this.#accounts.delete(key);
      return;
    }
  }
}

function accountKey(access: ProviderAccess, preset: CaldavPreset | null, site: string): string {
  const endpoint = readEndpoint(access.endpoint);
  const { credential } = access;
  const who = credential.kind === "password" ? credential.username : (endpoint.principal ?? endpoint.homes[0] ?? "");
  const server = preset !== null && preset.url !== null ? preset.name : (endpointOrigin(endpoint) ?? site);
  return `${server} ${who}`;
}
