import type { OAuthCredential } from "../credential.ts";
import type { Secret } from "../secret.ts";

/** The start of an OAuth grant: authorization code with PKCE (RFC 6749 section 4.1, RFC 7636). */
export interface AuthorizationRequest {
  /** Where the provider sends the browser back; compared by the provider character by character. */
  redirectUri: string;
  /** Comes back with the answer; unguessable, good for one answer. */
  state: string;
  /** Base64url of the SHA-256 of the code verifier. The method is always S256. */
  codeChallenge: string;
  scopes: readonly string[];
  /** Which login to offer on the provider's page, where it is known. */
  loginHint?: string;
}

/** Where the browser goes to ask the user. */
export interface AuthorizationAddress {
  url: string;
  /** Who answers: what `iss` of the answer must be (RFC 9207). `null` where the provider has no issuer. */
  issuer: string | null;
  /** The provider promises to name itself: an answer without `iss` is not its own. */
  issuerPromised: boolean;
}

/** The exchange of a code at the token endpoint. */
export interface ExchangeRequest {
  code: Secret;
  codeVerifier: Secret;
  /** The same as in the `AuthorizationRequest`. */
  redirectUri: string;
  signal?: AbortSignal;
}

/** Who logged in, as the provider says. */
export interface LoginIdentity {
  /** Stable for this login, whatever its address is called: `sub` of an ID token. */
  subject: string;
  /** What a person would call it, where the provider tells. */
  label: string | null;
}

export interface GrantedLogin {
  /** Its `scopes` are those that were granted, which may be fewer than were asked for. */
  credential: OAuthCredential;
  /** Where the exchange tells it; handed to `connect`, which else asks the provider. */
  identity?: LoginIdentity;
}

/** Taking a grant back at the provider. */
export interface RevokeRequest {
  endpoint: Readonly<Record<string, string>>;
  credential: OAuthCredential;
  signal?: AbortSignal;
}
