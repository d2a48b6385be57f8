import { jsonAnswer, type Answer, type GoogleRequest } from "../answer.ts";
import type { ClientState, GoogleState } from "../google-state.ts";
import { writeIdToken } from "./id-token.ts";
import { OAuthRefused } from "./oauth-refused.ts";
import { redeemAssertion } from "./redeem-assertion.ts";
import type { IssuedTokens } from "./token-book.ts";

/** The token endpoint (RFC 6749 section 3.2, RFC 7523 section 2.1). */
export function answerToken(state: GoogleState, request: GoogleRequest): Answer {
  const form = readForm(request);
  switch (form.get("grant_type")) {
    case "authorization_code": {
      const client = clientOf(state, request, form);
      const issued = state.tokens.redeemCode(form.get("code") ?? "", client, form.get("redirect_uri") ?? "", form.get("code_verifier"));
      return answerIssued(state, client.id, issued);
    }
    case "refresh_token": {
      const client = clientOf(state, request, form);
      return answerIssued(state, client.id, state.tokens.refresh(form.get("refresh_token") ?? "", client));
    }
    case "urn:ietf:params:oauth:grant-type:jwt-bearer":
      return answerService(state, redeemAssertion(state, form.get("assertion") ?? ""));
    default:
      throw new OAuthRefused("unsupported_grant_type", "Invalid grant_type.");
  }
}

/** The revocation endpoint (RFC 7009, with Google's answers). */
export function answerRevoke(state: GoogleState, request: GoogleRequest): Answer {
  const token = readForm(request).get("token") ?? request.query.get("token") ?? "";
  if (!state.tokens.revoke(token)) throw new OAuthRefused("invalid_token", "Token expired or revoked");
  return jsonAnswer(200, {});
}

function readForm(request: GoogleRequest): URLSearchParams {
  const type = request.headers.get("content-type") ?? "";
  if (request.method !== "POST") throw new OAuthRefused("invalid_request", "Only POST is allowed.", 405);
  if (request.body !== "" && !/^application\/x-www-form-urlencoded\b/i.test(type)) throw new OAuthRefused("invalid_request", "Invalid content type.");
  const form = new URLSearchParams(request.body);
  for (const name of form.keys()) if (form.getAll(name).length > 1) throw new OAuthRefused("invalid_request", "A parameter was repeated.");
  return form;
}

/** The client by its secret, in the body or in the header (RFC 6749 section 2.3.1). */
function clientOf(state: GoogleState, request: GoogleRequest, form: URLSearchParams): ClientState {
  const header = /^basic\s+([A-Za-z0-9+/=]+)\s*$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  const [name = "", password = ""] = header === undefined ? [] : Buffer.from(header, "base64").toString("utf8").split(":").map(decodeURIComponent);
  const id = header === undefined ? (form.get("client_id") ?? "") : name;
  const secret = header === undefined ? form.get("client_secret") : password;
  const client = state.clients.get(id);
  if (!client) throw new OAuthRefused("invalid_client", "The OAuth client was not found.", 401);
  if (client.secret !== null && client.secret !== secret) throw new OAuthRefused("invalid_client", "Unauthorized", 401);
  return client;
}

function answerIssued(state: GoogleState, clientId: string, issued: IssuedTokens): Answer {
  const scopes = [...issued.scopes];
  const idToken = scopes.includes("openid") ? { id_token: writeIdToken(state, clientId, issued) } : {};
  return jsonAnswer(
    200,
    {
      access_token: issued.accessToken,
      expires_in: Math.floor(state.features.accessTokenMs / 1_000),
      ...(issued.refreshToken === null ? {} : { refresh_token: issued.refreshToken }),
      scope: scopes.join(" "),
      token_type: "Bearer",
      ...idToken,
    },
    { "cache-control": "no-store" },
  );
}

function answerService(state: GoogleState, accessToken: string): Answer {
  const body = { access_token: accessToken, expires_in: Math.floor(state.features.accessTokenMs / 1_000), token_type: "Bearer" };
  return jsonAnswer(200, body, { "cache-control": "no-store" });
}
