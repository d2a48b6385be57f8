import type { ConnectionId } from "../ids.ts";

/** One sealed credential per connection. */
export interface CredentialStore {
  /** Stores generation `expected + 1`; throws `revision-conflict` where somebody was faster. `expected` 0: there is none yet. */
  put(connectionId: ConnectionId, sealed: Uint8Array, expected: number): Promise<void>;
  get(connectionId: ConnectionId): Promise<{ sealed: Uint8Array; generation: number } | null>;
  remove(connectionId: ConnectionId): Promise<void>;
}
