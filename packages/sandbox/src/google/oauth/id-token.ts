import { jsonAnswer, type Answer, type GoogleRequest } from "../answer.ts";
import type { GoogleState } from "../google-state.ts";
import { makeSigningKey, writeJwt, type SigningKey } from "./signing-key.ts";
import { OAuthRefused } from "./oauth-refused.ts";
import type { IssuedTokens } from "./token-book.ts";

/** Making a key takes a while, and most runs need none. */
const keys = new WeakMap<GoogleState, SigningKey>();

function keyOf(state: GoogleState): SigningKey {
  const key = keys.get(state) ?? makeSigningKey("sandbox-1");
  keys.set(state, key);
  return key;
}

/** An OpenID Connect id token for the user of a grant. */
export function writeIdToken(state: GoogleState, clientId: string, issued: IssuedTokens): string {
  const user = state.users.get(issued.email);
  const now = Math.floor(state.clock.now() / 1_000);
  return writeJwt(keyOf(state), {
    iss: state.origin,
    azp: clientId,
    aud: clientId,
    sub: user?.sub,
    ...(user?.hostedDomain ? { hd: user.hostedDomain } : {}),
    email: issued.email,
    email_verified: true,
    name: user?.name,
    iat: now,
    exp: now + 3_600,
    ...(issued.nonce === null ? {} : { nonce: issued.nonce }),
  });
}

/** The keys that id tokens are checked with (RFC 7517). */
export function answerKeys(state: GoogleState): Answer {
  const key = keyOf(state);
  return jsonAnswer(200, { keys: [{ ...key.publicKey.export({ format: "jwk" }), kid: key.id, use: "sig", alg: "RS256" }] });
}

/** The userinfo endpoint. */
export function answerUserinfo(state: GoogleState, request: GoogleRequest): Answer {
  const token = /^bearer\s+(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
  const rights = state.tokens.rightsOf(token);
  const user = rights ? state.users.get(rights.email) : undefined;
  if (!rights || !user) throw new OAuthRefused("invalid_request", "Invalid Credentials", 401);
  const email = rights.scopes.has("email") || rights.scopes.has("https://www.googleapis.com/auth/userinfo.email");
  return jsonAnswer(200, { sub: user.sub, ...(email ? { email: user.email, email_verified: true } : {}), name: user.name });
}

/** OpenID Connect discovery. */
export function answerDiscovery(state: GoogleState): Answer {
  const { origin } = state;
  return jsonAnswer(200, {
    issuer: origin,
    authorization_endpoint: `${origin}/o/oauth2/v2/auth`,
    token_endpoint: `${origin}/token`,
    userinfo_endpoint: `${origin}/v1/userinfo`,
    revocation_endpoint: `${origin}/revoke`,
    jwks_uri: `${origin}/oauth2/v3/certs`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    code_challenge_methods_supported: ["S256"],
    token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
    authorization_response_iss_parameter_supported: true,
  });
}
