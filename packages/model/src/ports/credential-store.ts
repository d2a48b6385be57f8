import type { ConnectionId } from "../ids.ts";

/** One sealed credential per connection. */
export interface CredentialStore {
  /** Stores generation `expected + 1`; throws `revision-conflict` where somebody was faster. `expected` 0: there is none yet. */
  put(connectionId: ConnectionId, sealed: Uint8Array, expected: number): Promise<void>;
  get(connectionId: ConnectionId): Promise<{ sealed: Uint8Array; generation: number } | null>;
  /**
   * Takes the right to renew the credential of that generation. `null` where somebody else has it, or where the generation is not the
   * newest any more. `unfinished`: an earlier holder of this generation took it and neither stored a new credential nor gave it back.
   */
  claimRenewal(
    connectionId: ConnectionId,
    generation: number,
    holder: string,
    now: number,
    leaseMs: number,
  ): Promise<{ token: number; unfinished: boolean } | null>;
  /** Notes that the refresh token is about to leave for the provider. Throws `claim-lost` where the right is another's. */
  beginExchange(connectionId: ConnectionId, token: number, now: number, leaseMs: number): Promise<void>;
  /** Stores the new credential under the right to renew, and gives that back. Throws `claim-lost`, `revision-conflict`. */
  finishRenewal(connectionId: ConnectionId, token: number, sealed: Uint8Array, generation: number): Promise<void>;
  /** Gives the right back. `exchanged` `false`: the provider surely did not take the refresh token. Nothing where it is another's. */
  releaseRenewal(connectionId: ConnectionId, token: number, exchanged: boolean): Promise<void>;
  remove(connectionId: ConnectionId): Promise<void>;
}
