import type { Secret } from "./secret.ts";

/** User name and password (Basic or Digest), also an app-specific password. */
export interface PasswordCredential {
  kind: "password";
  username: string;
  password: Secret;
}

/** OAuth 2 tokens. `expiresAt` in ms since the epoch. */
export interface OAuthCredential {
  kind: "oauth";
  accessToken: Secret;
  refreshToken: Secret | null;
  expiresAt: number | null;
  scopes: string[];
}

/**
 * Access to an account through a service account that an administrator allowed to speak for a whole domain. Holds no secret: the service
 * account's key is the adapter's, so nothing of the user is stored.
 */
export interface DelegatedCredential {
  kind: "delegated";
  /** Whose calendars: the user's address. */
  subject: string;
}

/** Credentials that hold a secret. Sealed wherever they are stored. */
export type SecretCredential = PasswordCredential | OAuthCredential;

/** What opens an account at a provider. */
export type Credential = SecretCredential | DelegatedCredential;
