import type { AccountId, ConnectionId, ProviderId } from "../ids.ts";

/** A user was sent to a provider's consent page and is expected back. Holds no secret in the clear. */
export interface ConnectAttempt {
  /** SHA-256 of the state, 64 hex digits. Names the attempt. */
  stateDigest: string;
  /** SHA-256 of what the browser keeps, 64 hex digits: another browser cannot finish the attempt. */
  bindingDigest: string;
  accountId: AccountId;
  provider: ProviderId;
  redirectUri: string;
  /** What was asked for. */
  scopes: string[];
  /** What `iss` of the answer must be; `null` where the provider has none. */
  issuer: string | null;
  issuerPromised: boolean;
  /** The connection to mend in place; `null`: a new one, or whichever fits the login. */
  connectionId: ConnectionId | null;
  /** Where the application wants its user afterwards. */
  returnTo: string | null;
  /** The PKCE code verifier, sealed. */
  verifier: Uint8Array;
  createdAt: number;
  /** At most ten minutes later. */
  expiresAt: number;
}

/** Attempts under way in one organization. */
export interface ConnectAttempts {
  /** Attempts that ran out before `attempt.createdAt` go in the same step. Throws `already-exists`, and `not-found` for an unknown account. */
  add(attempt: ConnectAttempt): Promise<void>;
  /**
   * Takes the attempt out, once: of two calls one gets it. `null` where it is unknown, taken, run out, or of another browser; in the last
   * case it stays.
   */
  take(stateDigest: string, bindingDigest: string, now: number): Promise<ConnectAttempt | null>;
}
