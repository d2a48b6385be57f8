import { createHash } from "node:crypto";
import type { Clock, Random } from "@kalends/model";
import { randomText } from "../random-text.ts";
import { OAuthRefused } from "./oauth-refused.ts";

/** What a user has allowed a program. One for each pair of both. */
export interface Grant {
  clientId: string;
  email: string;
  scopes: Set<string>;
  alive: boolean;
}

interface Code {
  grant: Grant;
  scopes: ReadonlySet<string>;
  redirectUri: string;
  challenge: string | null;
  nonce: string | null;
  offline: boolean;
  expires: number;
  used: boolean;
  /** Tokens that came of it, which a second use takes back. */
  issued: string[];
}

interface RefreshToken {
  token: string;
  grant: Grant;
  scopes: ReadonlySet<string>;
  expires: number;
  usedUp: boolean;
}

/** Rights behind an access token. */
export interface AccessRights {
  clientId: string;
  email: string;
  scopes: ReadonlySet<string>;
  expires: number;
}

interface AccessToken extends AccessRights {
  /** `null` for a service account, whose rights nobody granted in person. */
  grant: Grant | null;
}

/** What the token endpoint hands out. */
export interface IssuedTokens {
  accessToken: string;
  refreshToken: string | null;
  scopes: ReadonlySet<string>;
  email: string;
  nonce: string | null;
}

const codeMs = 10 * 60_000;
/** Google keeps that many for each account and program; one more ends the oldest. */
const mostRefreshTokens = 100;

/** Every grant, code and token of the sandbox. */
export class TokenBook {
  /** Looked at anew each time, so that it may change. */
  private readonly features: { accessTokenMs: number };
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly grants = new Map<string, Grant>();
  private readonly codes = new Map<string, Code>();
  private readonly refreshTokens = new Map<string, RefreshToken>();
  private readonly accessTokens = new Map<string, AccessToken>();

  constructor(clock: Clock, random: Random, features: { accessTokenMs: number }) {
    this.clock = clock;
    this.random = random;
    this.features = features;
  }

  /** The living grant of a user to a program. */
  grantOf(clientId: string, email: string): Grant | null {
    const grant = this.grants.get(`${clientId} ${email}`);
    return grant?.alive ? grant : null;
  }

  /** Living grants of a user. */
  grantsOf(email: string): Grant[] {
    return [...this.grants.values()].filter((grant) => grant.alive && grant.email === email);
  }

  /** Adds scopes to what a user allows a program. */
  allow(clientId: string, email: string, scopes: Iterable<string>): Grant {
    const grant = this.grantOf(clientId, email) ?? { clientId, email, scopes: new Set(), alive: true };
    for (const scope of scopes) grant.scopes.add(scope);
    this.grants.set(`${clientId} ${email}`, grant);
    return grant;
  }

  issueCode(grant: Grant, request: Pick<Code, "scopes" | "redirectUri" | "challenge" | "nonce" | "offline">): string {
    const code = `4/0${randomText(this.random)}`;
    this.codes.set(code, { ...request, grant, expires: this.clock.now() + codeMs, used: false, issued: [] });
    return code;
  }

  /** Exchanges a code, once. `refreshMs` is how long a refresh token lives. */
  redeemCode(text: string, client: { id: string; refreshTokenMs: number }, redirectUri: string, verifier: string | null): IssuedTokens {
    const code = this.codes.get(text);
    if (!code || code.grant.clientId !== client.id) throw new OAuthRefused("invalid_grant", "Malformed auth code.");
    if (code.used) {
      for (const token of code.issued) this.forgetToken(token);
      throw new OAuthRefused("invalid_grant", "Code was already redeemed.");
    }
    if (this.clock.now() >= code.expires || !code.grant.alive) throw new OAuthRefused("invalid_grant", "Code has expired.");
    if (redirectUri !== code.redirectUri) throw new OAuthRefused("redirect_uri_mismatch", "Bad Request");
    if (!provesChallenge(code.challenge, verifier)) throw new OAuthRefused("invalid_grant", "Invalid code verifier.");
    code.used = true;
    const accessToken = this.issueAccess(code.grant, code.scopes);
    const refreshToken = code.offline ? this.issueRefresh(code.grant, code.scopes, client.refreshTokenMs) : null;
    code.issued.push(accessToken, ...(refreshToken === null ? [] : [refreshToken]));
    return { accessToken, refreshToken, scopes: code.scopes, email: code.grant.email, nonce: code.nonce };
  }

  /** A new access token for a refresh token; with rotation also a new refresh token, and the old one is used up. */
  refresh(text: string, client: { id: string; refreshTokenMs: number; rotateRefreshTokens: boolean }): IssuedTokens {
    const known = this.refreshTokens.get(text);
    if (!known || known.grant.clientId !== client.id) throw new OAuthRefused("invalid_grant", "Bad Request");
    if (known.usedUp) {
      // A used token came back: it was stolen, or an answer was lost. Nobody can tell, so the grant ends (RFC 9700 section 4.14.2).
      known.grant.alive = false;
      throw new OAuthRefused("invalid_grant", "Token has been expired or revoked.");
    }
    if (!known.grant.alive || this.clock.now() >= known.expires) throw new OAuthRefused("invalid_grant", "Token has been expired or revoked.");
    const { grant, scopes } = known;
    const refreshToken = client.rotateRefreshTokens ? this.issueRefresh(grant, scopes, client.refreshTokenMs) : null;
    known.usedUp = client.rotateRefreshTokens;
    return { accessToken: this.issueAccess(grant, scopes), refreshToken, scopes, email: grant.email, nonce: null };
  }

  /** Tokens for a grant without the pages between, for tests that begin after consent. */
  issue(grant: Grant, refreshTokenMs: number): { accessToken: string; refreshToken: string } {
    const scopes = new Set(grant.scopes);
    return { accessToken: this.issueAccess(grant, scopes), refreshToken: this.issueRefresh(grant, scopes, refreshTokenMs) };
  }

  issueForService(clientId: string, email: string, scopes: ReadonlySet<string>): string {
    return this.keepAccess({ grant: null, clientId, email, scopes, expires: this.clock.now() + this.features.accessTokenMs });
  }

  /** The rights of an access token, or `null` where it is unknown, too old or revoked. */
  rightsOf(token: string): AccessRights | null {
    const known = this.accessTokens.get(token);
    return known && (known.grant?.alive ?? true) && this.clock.now() < known.expires ? known : null;
  }

  /** Ends the grant behind a token; `false` where there is none. */
  revoke(token: string): boolean {
    const grant = this.refreshTokens.get(token)?.grant ?? this.accessTokens.get(token)?.grant;
    if (!grant?.alive) return false;
    grant.alive = false;
    return true;
  }

  /** Makes every access token handed out so far too old. */
  expireAccessTokens(): void {
    this.accessTokens.clear();
  }

  private issueAccess(grant: Grant, scopes: ReadonlySet<string>): string {
    const { clientId, email } = grant;
    return this.keepAccess({ grant, clientId, email, scopes, expires: this.clock.now() + this.features.accessTokenMs });
  }

  private keepAccess(rights: AccessToken): string {
    const token = `ya29.${randomText(this.random, 40)}`;
    this.accessTokens.set(token, rights);
    return token;
  }

  private issueRefresh(grant: Grant, scopes: ReadonlySet<string>, lifeMs: number): string {
    const token = `1//0${randomText(this.random, 40)}`;
    this.refreshTokens.set(token, { token, grant, scopes, expires: this.clock.now() + lifeMs, usedUp: false });
    const living = [...this.refreshTokens.values()].filter((other) => other.grant === grant && !other.usedUp);
    for (const oldest of living.slice(0, -mostRefreshTokens)) this.refreshTokens.delete(oldest.token);
    return token;
  }

  private forgetToken(token: string): void {
    this.accessTokens.delete(token);
    this.refreshTokens.delete(token);
  }
}

/** RFC 7636 section 4.6, S256. A verifier without challenge is refused too (RFC 9700 section 2.1.1). */
function provesChallenge(challenge: string | null, verifier: string | null): boolean {
  if (challenge === null || verifier === null) return challenge === verifier;
  return /^[A-Za-z0-9._~-]{43,128}$/.test(verifier) && createHash("sha256").update(verifier).digest("base64url") === challenge;
}
