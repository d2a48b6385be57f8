import {
  KalendsError,
  type AuthorizationAddress,
  type AuthorizationRequest,
  type ExchangeRequest,
  type GrantedLogin,
  type LoginIdentity,
  type OAuthCredential,
  type RenewRequest,
  type RevokeRequest,
  type Secret,
} from "@kalends/model";
import { asRecord, textOf } from "../json-shape.ts";
import { errorOfTokenAnswer } from "../map-error.ts";
import { askTokens, postForm, type TokenParts } from "./token-endpoint.ts";

/** The OAuth client of the application in its Cloud project. */
export interface OAuthClient {
  clientId: string;
  clientSecret: Secret;
}

/**
 * The address of Google's consent page. Always asks for `openid`, which names the login for good; for a refresh token (`offline`); and for the page
 * itself (`consent`), without which Google gives a user's later grants no refresh token.
 */
export function authorizationUrl({ addresses }: TokenParts, client: OAuthClient, request: AuthorizationRequest): AuthorizationAddress {
  const url = new URL(addresses.authorization);
  const pairs: Record<string, string> = {
    client_id: client.clientId,
    redirect_uri: request.redirectUri,
    response_type: "code",
    scope: [...new Set(["openid", ...request.scopes])].join(" "),
    state: request.state,
    code_challenge: request.codeChallenge,
    code_challenge_method: "S256",
    access_type: "offline",
    prompt: "consent",
    include_granted_scopes: "true",
    ...(request.loginHint === undefined ? {} : { login_hint: request.loginHint }),
  };
  for (const [name, value] of Object.entries(pairs)) url.searchParams.set(name, value);
  return { url: url.href, issuer: addresses.issuer, issuerPromised: false };
}

/** Exchanges the code. Throws `grant-revoked` where it is void, and `scope-missing` where Google gave no refresh token. */
export async function exchangeCode(parts: TokenParts, client: OAuthClient, request: ExchangeRequest): Promise<GrantedLogin> {
  const { code, codeVerifier, redirectUri, signal } = request;
  const form = { grant_type: "authorization_code", code: code.reveal(), code_verifier: codeVerifier.reveal(), redirect_uri: redirectUri, ...secretsOf(client) };
  const { idToken, ...given } = await askTokens(parts, form, signal);
  if (given.refreshToken === null) {
    throw new KalendsError("scope-missing", "Google gave no refresh token, without which access ends in an hour", {
      remedy: "Start connecting again: Google's page has to ask for offline access and show its consent part.",
    });
  }
  const credential: OAuthCredential = { kind: "oauth", ...given, scopes: given.scopes ?? [] };
  const identity = idToken === null ? null : readIdentity(idToken, client, { issuer: parts.addresses.issuer, now: parts.clock.now() });
  return { credential, ...(identity === null ? {} : { identity }) };
}

/** Exchanges a refresh token; without a new one in the answer the old one stays. */
export async function renewCredential(parts: TokenParts, client: OAuthClient, { credential, signal }: RenewRequest): Promise<OAuthCredential> {
  const { refreshToken } = credential;
  if (refreshToken === null) throw new KalendsError("auth-failed", "The connection has no refresh token");
  const form = { grant_type: "refresh_token", refresh_token: refreshToken.reveal(), ...secretsOf(client) };
  const { idToken: _idToken, ...given } = await askTokens(parts, form, signal);
  return { kind: "oauth", ...given, refreshToken: given.refreshToken ?? refreshToken, scopes: given.scopes ?? credential.scopes };
}

/** Ends the grant at Google; one that is void already is a success. */
export async function revokeGrant(parts: TokenParts, { credential, signal }: RevokeRequest): Promise<void> {
  const token = credential.refreshToken ?? credential.accessToken;
  const form = postForm(parts, parts.addresses.revocation, { token: token.reveal() });
  const response = await parts.transport.send({ ...form, ...(signal === undefined ? {} : { signal }) });
  if (response.status === 200) {
    await response.discard();
    return;
  }
  const error = await errorOfTokenAnswer(response, parts.clock.now());
  // 400 `invalid_token`: expired or revoked. Nothing is left to end.
  if (response.status !== 400) throw error;
}

function secretsOf({ clientId, clientSecret }: OAuthClient): Record<string, string> {
  return { client_id: clientId, client_secret: clientSecret.reveal() };
}

/**
 * Who the ID token names. It came from the token endpoint itself over TLS, so its signature need not be checked (OpenID Connect Core 1.0 section
 * 3.1.3.7, item 6); that it was made by Google, for this client, and is still good is. Throws `answer-invalid`.
 */
function readIdentity(idToken: string, client: OAuthClient, { issuer, now }: { issuer: string; now: number }): LoginIdentity {
  const claims = readClaims(idToken);
  const subject = textOf(claims, "sub");
  const made = textOf(claims, "iss");
  const expires = claims?.["exp"];
  const isGood = (made === issuer || made === issuer.replace("https://", "")) && claims?.["aud"] === client.clientId && typeof expires === "number" && expires * 1000 > now;
  if (subject === undefined || !isGood) throw new KalendsError("answer-invalid", "Google's ID token is not for this client");
  return { subject, label: textOf(claims, "email") ?? null };
}

function readClaims(idToken: string): ReturnType<typeof asRecord> {
  try {
    return asRecord(JSON.parse(Buffer.from(idToken.split(".")[1] ?? "", "base64url").toString("utf8")) as unknown);
  } catch {
    return null;
  }
}
