import {
  KalendsError,
  Secret,
  type HttpRequest,
  type HttpResponse,
  type OAuthCredential,
  type PasswordCredential,
  type ProviderAccess,
  type Random,
  type Transport,
} from "@kalends/model";
import type { LoginScheme } from "./login-scheme.ts";
import { basicAuthorization } from "./basic.ts";
import { chooseDigest, digestAuthorization } from "./digest.ts";
import { readChallenges } from "./www-authenticate.ts";

/** What a login needs on its way out. */
export interface LoginWay {
  transport: Transport;
  random: Random;
  now(): number;
  access: ProviderAccess;
  /** By origin; kept from call to call. */
  schemes: Map<string, LoginScheme>;
  /** The server is known to want Digest, or may be: the password is not sent as it is before its challenge was seen. */
  expectsDigest: boolean;
  /** The token that `renew` gave during this call. */
  renewed: OAuthCredential | null;
}

/** A token that ends within this time is renewed before it is used. */
const renewBeforeMs = 60_000;

/**
 * Sends a request under the login: Bearer, renewed once where it was refused; Digest where the server asks for it; else Basic.
 * A refusal that stays is handed back as the 401 that it is.
 */
export async function sendWithLogin(way: LoginWay, request: HttpRequest): Promise<HttpResponse> {
  const { credential } = way.access;
  if (credential.kind === "delegated") throw new KalendsError("auth-unsupported", "CalDAV knows no access by a service account");
  return credential.kind === "oauth" ? await sendWithToken(way, credential, request) : await sendWithPassword(way, credential, request);
}

async function sendWithToken(way: LoginWay, first: OAuthCredential, request: HttpRequest): Promise<HttpResponse> {
  let token = way.renewed ?? first;
  if (way.renewed === null && token.expiresAt !== null && token.expiresAt - renewBeforeMs <= way.now()) token = (await renew(way, token)) ?? token;
  const response = await way.transport.send({ ...request, authorization: bearer(token) });
  if (response.status !== 401 || way.renewed !== null) return response;
  const fresh = await renew(way, token);
  if (fresh === null) return response;
  await response.discard();
  return await way.transport.send({ ...request, authorization: bearer(fresh) });
}

/** `null` where the engine has no way to renew. What it throws (a revoked grant) is thrown on. */
async function renew(way: LoginWay, refused: OAuthCredential): Promise<OAuthCredential | null> {
  if (way.access.renew === undefined) return null;
  const fresh = await way.access.renew(refused);
  if (fresh.kind !== "oauth") throw new KalendsError("auth-failed", "The renewed login is not a token");
  way.renewed = fresh;
  return fresh;
}

function bearer(credential: OAuthCredential): Secret {
  return new Secret(`Bearer ${credential.accessToken.reveal()}`);
}

async function sendWithPassword(way: LoginWay, credential: PasswordCredential, request: HttpRequest): Promise<HttpResponse> {
  let url = new URL(request.url);
  if (schemeOf(way, url).kind === "unknown" && (way.expectsDigest || url.protocol === "http:")) await probe(way, url, request);
  for (let tries = 1; ; tries += 1) {
    const authorization = authorizationFor(way, credential, request.method, url);
    const response = await way.transport.send({ ...request, url: url.href, authorization });
    noteNextNonce(way, url, response);
    if (response.status !== 401) {
      const scheme = schemeOf(way, url);
      if (scheme.kind === "unknown") way.schemes.set(url.origin, { kind: "basic" });
      return response;
    }
    // A redirect stays on the same origin here, or the transport has kept the login back; a Digest answer names the path it is for.
    const answered = new URL(response.url);
    if (answered.origin !== url.origin || tries > 2) return response;
    if (!learn(way, answered, response, tries === 1)) return response;
    await response.discard();
    url = answered;
  }
}

/** Asks without the login, only to hear which scheme is wanted: over plain http, or where Digest is expected. Changes nothing at the server. */
async function probe(way: LoginWay, url: URL, request: HttpRequest): Promise<void> {
  const { trustedSites, signal, timeoutMs } = request;
  const response = await way.transport.send({
    method: "PROPFIND",
    url: url.href,
    headers: { depth: "0", accept: "application/xml, text/xml" },
    ...(trustedSites === undefined ? {} : { trustedSites }),
    ...(signal === undefined ? {} : { signal }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  if (response.status === 401 && new URL(response.url).origin === url.origin) learn(way, url, response, true);
  await response.discard();
}

/** Takes in what a 401 offers. `true`: another try with it makes sense. */
function learn(way: LoginWay, url: URL, response: HttpResponse, first: boolean): boolean {
  const challenges = readChallenges(response.header("www-authenticate"));
  const digest = chooseDigest(challenges);
  const basic = challenges.some(({ scheme }) => scheme === "basic");
  const known = schemeOf(way, url);
  // Over TLS the password is safe on its way, and Basic is what servers get right; without TLS Digest keeps it from listeners.
  if (digest === null || (basic && url.protocol === "https:" && known.kind !== "digest" && !way.expectsDigest)) {
    if (basic) way.schemes.set(url.origin, { kind: "basic" });
    return false;
  }
  const stale = challenges.some(({ scheme, parameters }) => scheme === "digest" && parameters.get("stale")?.toLowerCase() === "true");
  // A nonce that was used before may have run out unsaid. One that was just handed out and is refused means: wrong password.
  const worthIt = known.kind !== "digest" || stale || (first && known.used > 1);
  way.schemes.set(url.origin, { kind: "digest", challenge: digest, used: 0 });
  return worthIt;
}

function authorizationFor(way: LoginWay, credential: PasswordCredential, method: string, url: URL): Secret {
  const scheme = schemeOf(way, url);
  if (scheme.kind !== "digest") return basicAuthorization(credential);
  scheme.used += 1;
  return digestAuthorization(scheme.challenge, {
    method,
    uri: url.pathname + url.search,
    username: credential.username,
    password: credential.password,
    count: scheme.used,
    clientNonce: Buffer.from(way.random.bytes(16)).toString("hex"),
  });
}

/** RFC 7616 section 3.5: the server may hand out the nonce of the next request. */
function noteNextNonce(way: LoginWay, url: URL, response: HttpResponse): void {
  const scheme = schemeOf(way, url);
  const info = response.header("authentication-info");
  if (scheme.kind !== "digest" || info === null) return;
  const next = readChallenges(`info ${info}`)[0]?.parameters.get("nextnonce");
  if (next !== undefined && next !== "" && next !== scheme.challenge.nonce) {
    way.schemes.set(url.origin, { kind: "digest", challenge: { ...scheme.challenge, nonce: next }, used: 0 });
  }
}

function schemeOf(way: LoginWay, url: URL): LoginScheme {
  return way.schemes.get(url.origin) ?? { kind: "unknown" };
}
