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

/** What opens an account at a provider. Sealed wherever it is stored. */
export type Credential = PasswordCredential | OAuthCredential;
