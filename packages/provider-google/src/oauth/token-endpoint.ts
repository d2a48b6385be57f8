import { KalendsError, Secret, type Clock, type Transport } from "@kalends/model";
import { textOf, wholeOf, type JsonRecord } from "../json-shape.ts";
import { errorOfOAuthWord, errorOfTokenAnswer, oauthError } from "../map-error.ts";
import { readJson } from "../read-json.ts";

/** Where Google's OAuth lives; other addresses are for sandboxes. */
export interface OAuthAddresses {
  authorization: string;
  token: string;
  revocation: string;
  /** What `iss` says, of an answer at the callback and of ID tokens. */
  issuer: string;
}

export const googleOAuth: OAuthAddresses = {
  authorization: "https://accounts.google.com/o/oauth2/v2/auth",
  token: "https://oauth2.googleapis.com/token",
  revocation: "https://oauth2.googleapis.com/revoke",
  issuer: "https://accounts.google.com",
};

export interface TokenParts {
  transport: Transport;
  clock: Clock;
  addresses: OAuthAddresses;
  timeoutMs: number;
}

/** What the token endpoint gave (RFC 6749 section 5.1). */
export interface GivenTokens {
  accessToken: Secret;
  refreshToken: Secret | null;
  /** ms since the epoch. */
  expiresAt: number;
  /** `null`: as asked for (RFC 6749 section 3.3). */
  scopes: string[] | null;
  idToken: string | null;
}

const maxBytes = 64 * 1024;
/** A token that does not say how long it lives is used for so long. */
const shortLifeMs = 5 * 60_000;
const longestLifeSeconds = 7 * 24 * 3600;

/**
 * Asks the token endpoint. Secrets go in the body, never in an address. Throws `grant-revoked` for `invalid_grant`, `auth-failed` where the
 * client itself is refused, `rate-limited`, `server-error`, and what the transport throws.
 */
export async function askTokens(parts: TokenParts, form: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<GivenTokens> {
  const { clock } = parts;
  const response = await parts.transport.send({ ...postForm(parts, parts.addresses.token, form), ...(signal === undefined ? {} : { signal }) });
  if (response.status !== 200) throw await errorOfTokenAnswer(response, clock.now());
  return readTokens(await readJson(response), clock.now());
}

export function postForm({ timeoutMs }: TokenParts, url: string, form: Readonly<Record<string, string>>): Parameters<Transport["send"]>[0] {
  return {
    method: "POST",
    url,
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: new URLSearchParams(form).toString(),
    timeoutMs,
    maxBytes,
  };
}

function readTokens(body: JsonRecord, now: number): GivenTokens {
  const word = oauthError(body);
  if (word !== "") throw errorOfOAuthWord(word, `Google's token endpoint answered 200 with an error (${word})`);
  const accessToken = textOf(body, "access_token");
  if (accessToken === undefined) throw new KalendsError("answer-invalid", "Google's token endpoint gave no access token");
  const type = textOf(body, "token_type") ?? "Bearer";
  if (type.toLowerCase() !== "bearer") throw new KalendsError("auth-unsupported", "Google's token endpoint gave a token of a kind that Kalends does not speak");
  const seconds = wholeOf(body, "expires_in");
  const life = seconds === undefined || seconds <= 0 ? shortLifeMs : Math.min(seconds, longestLifeSeconds) * 1000;
  const refreshToken = textOf(body, "refresh_token");
  const scopes = textOf(body, "scope");
  return {
    accessToken: new Secret(accessToken),
    refreshToken: refreshToken === undefined ? null : new Secret(refreshToken),
    expiresAt: now + life,
    scopes: scopes === undefined ? null : scopes.split(" ").filter((scope) => scope !== ""),
    idToken: textOf(body, "id_token") ?? null,
  };
}
