import type { ClientState } from "../google-state.ts";

/** An authorization request after its checks. */
export interface AuthorizationRequest {
  client: ClientState;
  redirectUri: string;
  scopes: string[];
  state: string | null;
  challenge: string | null;
  nonce: string | null;
  offline: boolean;
  prompt: readonly string[];
  loginHint: string | null;
  includeGranted: boolean;
}
