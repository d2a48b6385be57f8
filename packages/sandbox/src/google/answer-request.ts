import { emptyAnswer, jsonAnswer, pageAnswer, type Answer, type GoogleRequest } from "./answer.ts";
import { applyFieldMask } from "./field-mask.ts";
import { badParameter, GoogleRefused, notFound } from "./google-refused.ts";
import type { Caller, GoogleState } from "./google-state.ts";
import { answerConnections } from "./oauth/answer-connections.ts";
import { answerRevoke, answerToken } from "./oauth/answer-token.ts";
import { answerAuthorize } from "./oauth/authorize.ts";
import { answerDiscovery, answerKeys, answerUserinfo } from "./oauth/id-token.ts";
import { OAuthRefused } from "./oauth/oauth-refused.ts";
import { Query } from "./query.ts";
import { routes, type Route } from "./routes.ts";

const api = "/calendar/v3/";

const others: Readonly<Record<string, (state: GoogleState, request: GoogleRequest) => Answer>> = {
  "/o/oauth2/v2/auth": answerAuthorize,
  "/token": answerToken,
  "/revoke": answerRevoke,
  "/v1/userinfo": answerUserinfo,
  "/oauth2/v3/certs": answerKeys,
  "/.well-known/openid-configuration": answerDiscovery,
  "/connections": answerConnections,
};

/** Answers one request. Nothing here waits: an answer is one step, so no request ever sees half of another one. */
export function answerRequest(state: GoogleState, request: GoogleRequest): Answer {
  try {
    if (request.path.startsWith(api)) return answerApi(state, request);
    const other = Object.hasOwn(others, request.path) ? others[request.path] : undefined;
    return other ? other(state, request) : pageAnswer(404, "<!doctype html><title>Not found</title>");
  } catch (thrown) {
    if (thrown instanceof GoogleRefused || thrown instanceof OAuthRefused) return thrown.answer();
    throw thrown;
  }
}

/** Which method of the API a request is for, with the decoded parts of its path; `null` for none. */
export function routeOf(request: Pick<GoogleRequest, "method" | "path">): { route: Route; params: string[] } | null {
  if (!request.path.startsWith(api)) return null;
  const parts = request.path.slice(api.length).split("/");
  for (const route of routes) {
    if (route.method !== request.method || route.path.length !== parts.length) continue;
    if (!route.path.every((part, index) => part === "*" || part === parts[index])) continue;
    const params = parts.filter((_, index) => route.path[index] === "*").map(decodePart);
    return { route, params };
  }
  return null;
}

/** The address of the user whose token a request carries. */
export function callerOf(state: GoogleState, request: GoogleRequest): Caller | null {
  const header = /^bearer\s+(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  const rights = state.tokens.rightsOf(header ?? "");
  const user = rights ? state.users.get(rights.email) : undefined;
  if (!rights || !user) return null;
  const service = [...state.serviceAccounts.values()].find((account) => account.clientId === rights.clientId);
  const project = state.clients.get(rights.clientId)?.project ?? service?.project ?? rights.clientId;
  return { user, clientId: rights.clientId, project, scopes: rights.scopes };
}

function answerApi(state: GoogleState, request: GoogleRequest): Answer {
  const found = routeOf(request);
  if (!found) throw notFound();
  const caller = callerOf(state, request);
  if (!caller) throw unauthorized();
  const query = new Query(request.query);
  state.quota.take(caller.project, query.text("quotaUser") ?? caller.user.email);
  if (!found.route.scopes.some((scope) => caller.scopes.has(scope))) throw insufficientScope(found.route);
  const alt = query.text("alt");
  if (alt !== null && alt !== "json") throw badParameter("alt", "Invalid value for alt.", "invalidParameter");
  const answer = found.route.answer({ state, caller, request, query, params: found.params });
  const mask = query.text("fields");
  if (mask === null || answer.status !== 200) return answer;
  return jsonAnswer(200, applyFieldMask(JSON.parse(answer.body), mask), answer.headers);
}

function unauthorized(): GoogleRefused {
  return new GoogleRefused(401, {
    reason: "authError",
    message: "Invalid Credentials",
    locationType: "header",
    location: "Authorization",
    headers: { "www-authenticate": 'Bearer realm="https://accounts.google.com/", error="invalid_token"' },
  });
}

function insufficientScope(route: Route): GoogleRefused {
  const challenge = `Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="${route.scopes.join(" ")}"`;
  return new GoogleRefused(403, {
    reason: "insufficientPermissions",
    message: "Request had insufficient authentication scopes.",
    headers: { "www-authenticate": challenge },
  });
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** For a request whose body is too large to read. */
export function tooLarge(): Answer {
  return emptyAnswer(413);
}
