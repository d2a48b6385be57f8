import { emptyAnswer, pageAnswer, type Answer, type GoogleRequest } from "../answer.ts";
import type { GoogleState, UserState } from "../google-state.ts";
import type { AuthorizationRequest } from "./authorization-request.ts";
import { consentPage, errorPage } from "./consent-page.ts";
import { isIdentityScope, readScopes, scopeWords } from "./scopes.ts";

/** What a user decided on the consent page. */
export interface Decision {
  user: UserState;
  /** Scopes that were ticked. */
  scopes: readonly string[];
}

/** The authorization endpoint: the consent page on GET, the decision on POST. */
export function answerAuthorize(state: GoogleState, request: GoogleRequest): Answer {
  const query = request.query;
  const read = readRequest(state, query);
  if ("page" in read) return read.page;
  if (request.method === "POST") return answerForm(state, read.request, new URLSearchParams(request.body));
  const problem = problemOf(query, read.request);
  if (problem) return redirect(sendBack(state, read.request, problem));
  if (read.request.prompt.includes("none")) return redirect(answerSilently(state, read.request));
  const chosen = read.request.loginHint;
  return pageAnswer(200, consentPage(read.request, [...state.users.values()], chosen, `?${query.toString()}`));
}

/** Reads a request. What cannot be answered to the client is answered to the person, on a page: nothing is sent to an unknown address. */
export function readRequest(state: GoogleState, query: URLSearchParams): { request: AuthorizationRequest } | { page: Answer } {
  const client = state.clients.get(query.get("client_id") ?? "");
  if (!client) return { page: pageAnswer(401, errorPage("invalid_client", "The OAuth client was not found.")) };
  const redirectUri = query.get("redirect_uri") ?? "";
  if (!client.redirectUris.includes(redirectUri)) {
    return { page: pageAnswer(400, errorPage("redirect_uri_mismatch", "The redirect address is not registered for this client.")) };
  }
  const request: AuthorizationRequest = {
    client,
    redirectUri,
    scopes: readScopes(query.get("scope") ?? ""),
    state: query.get("state"),
    challenge: query.get("code_challenge"),
    nonce: query.get("nonce"),
    offline: query.get("access_type") === "offline",
    prompt: readScopes(query.get("prompt") ?? ""),
    loginHint: query.get("login_hint"),
    includeGranted: query.get("include_granted_scopes") === "true",
  };
  return { request };
}

/** What is wrong with a request that can be answered to the client. */
function problemOf(query: URLSearchParams, request: AuthorizationRequest): string | null {
  if (query.get("response_type") !== "code") return "unsupported_response_type";
  if (request.scopes.length === 0 || request.scopes.some((scope) => scopeWords(scope) === null)) return "invalid_scope";
  if (request.challenge === null) return query.has("code_challenge_method") ? "invalid_request" : null;
  const wellFormed = /^[A-Za-z0-9_-]{43}$/.test(request.challenge);
  return query.get("code_challenge_method") === "S256" && wellFormed ? null : "invalid_request";
}

function answerForm(state: GoogleState, request: AuthorizationRequest, form: URLSearchParams): Answer {
  if (form.get("decision") !== "allow") return redirect(sendBack(state, request, "access_denied"));
  const user = state.users.get(form.get("user") ?? "");
  if (!user) return pageAnswer(400, errorPage("invalid_request", "Choose an account."));
  return redirect(decide(state, request, { user, scopes: form.getAll("scope") }));
}

/** The address that a decision sends the browser to. Nothing ticked is a refusal. */
export function decide(state: GoogleState, request: AuthorizationRequest, decision: Decision): string {
  const ticked = request.scopes.filter((scope) => isIdentityScope(scope) || decision.scopes.includes(scope));
  if (!ticked.some((scope) => !isIdentityScope(scope)) && request.scopes.some((scope) => !isIdentityScope(scope))) return sendBack(state, request, "access_denied");
  const { client } = request;
  const earlier = state.tokens.grantOf(client.id, decision.user.email);
  const scopes = new Set([...ticked, ...(request.includeGranted ? (earlier?.scopes ?? []) : [])]);
  // A refresh token comes with the first consent, or where consent was asked for again.
  const offline = request.offline && (earlier === null || request.prompt.includes("consent"));
  const grant = state.tokens.allow(client.id, decision.user.email, ticked);
  const { redirectUri, challenge, nonce } = request;
  const code = state.tokens.issueCode(grant, { scopes, redirectUri, challenge, nonce, offline });
  return backTo(state, request, { code, scope: [...scopes].join(" "), authuser: "0", prompt: "consent" });
}

/** The address that reports a refusal. */
export function sendBack(state: GoogleState, request: AuthorizationRequest, error: string): string {
  return backTo(state, request, { error });
}

function answerSilently(state: GoogleState, request: AuthorizationRequest): string {
  const user = state.users.get(request.loginHint ?? "");
  if (!user) return sendBack(state, request, "interaction_required");
  const grant = state.tokens.grantOf(request.client.id, user.email);
  const covered = grant !== null && request.scopes.every((scope) => grant.scopes.has(scope));
  return covered ? decide(state, request, { user, scopes: request.scopes }) : sendBack(state, request, "consent_required");
}

function backTo(state: GoogleState, request: AuthorizationRequest, params: Record<string, string>): string {
  const url = new URL(request.redirectUri);
  const all = { ...(request.state === null ? {} : { state: request.state }), iss: state.origin, ...params };
  for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value);
  return url.href;
}

function redirect(location: string): Answer {
  return emptyAnswer(302, { location, "cache-control": "no-store" });
}
