import { createHash } from "node:crypto";
import { KalendsError, Secret, type Clock, type Credential, type HttpResponse, type ProviderAccess, type Transport } from "@kalends/model";
import type { RequestBudget } from "./budget/request-budget.ts";
import type { JsonRecord } from "./json-shape.ts";
import { readRefusal, type AnswerPlace, type Refusal } from "./map-error.ts";
import { readJson } from "./read-json.ts";

/** One request to the Calendar API. */
export interface GoogleRequest {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Below `calendar/v3/`, each part encoded. */
  path: string;
  query?: Readonly<Record<string, string>>;
  body?: unknown;
  /** Guard of a write. */
  ifMatch?: string | undefined;
  place: AnswerPlace;
}

export type GoogleAnswer = { ok: true; body: JsonRecord } | { ok: false; refusal: Refusal };

/** One login's way to the Calendar API. */
export interface GoogleLine {
  clock: Clock;
  /** The answer's JSON. Throws for every refusal what `map-error.ts` makes of it. */
  ask(request: GoogleRequest): Promise<JsonRecord>;
  /** As `ask`, with refusals that concern the request itself handed back; those of login, pace and server are thrown. */
  attempt(request: GoogleRequest): Promise<GoogleAnswer>;
}

/** Makes access tokens for accounts that a service account may speak for. */
export interface DelegatedTokens {
  tokenFor(subject: string, signal?: AbortSignal): Promise<Secret>;
  /** Google refused this token; the next one is made anew. */
  forget(subject: string): void;
}

export interface LineParts {
  transport: Transport;
  clock: Clock;
  budget: RequestBudget;
  /** Base address of the API, with its last slash. */
  apiRoot: string;
  delegated: DelegatedTokens | null;
  timeoutMs: number;
  maxBytes: number;
}

/** A token that ends this soon is renewed before it is used. */
const renewBeforeMs = 60_000;

export function openGoogleLine(parts: LineParts, access: ProviderAccess): GoogleLine {
  let current = access.credential;
  const login = loginOf(access);
  const { clock, budget } = parts;

  const renew = async (refused: Credential): Promise<boolean> => {
    if (refused.kind === "delegated") {
      parts.delegated?.forget(refused.subject);
      return parts.delegated !== null;
    }
    if (access.renew === undefined) return false;
    current = await access.renew(refused);
    return true;
  };

  const sendOnce = async (request: GoogleRequest): Promise<HttpResponse> => {
    const token = await bearer(parts, access, current);
    await budget.enter(login, { inList: request.place === "page", signal: access.signal });
    return await parts.transport.send({
      method: request.method,
      url: urlOf(parts.apiRoot, request, current),
      headers: {
        accept: "application/json",
        ...(request.body === undefined ? {} : { "content-type": "application/json; charset=utf-8" }),
        ...(request.ifMatch === undefined ? {} : { "if-match": request.ifMatch }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      authorization: token,
      timeoutMs: parts.timeoutMs,
      maxBytes: parts.maxBytes,
      ...(access.signal === undefined ? {} : { signal: access.signal }),
    });
  };

  const send = async (request: GoogleRequest): Promise<HttpResponse> => {
    const ending = current.kind === "oauth" && current.expiresAt !== null && current.expiresAt - clock.now() < renewBeforeMs;
    if (ending) await renew(current);
    const response = await sendOnce(request);
    if (response.status !== 401 || !isRenewable(current, access)) return response;
    await response.discard();
    return (await renew(current)) ? await sendOnce(request) : response;
  };

  const attempt = async (request: GoogleRequest): Promise<GoogleAnswer> => {
    const response = await send(request);
    if (response.status >= 200 && response.status < 300) {
      const body = response.status === 204 ? await nothing(response) : await readJson(response);
      budget.succeeded(login);
      return { ok: true, body };
    }
    const refusal = await readRefusal(response, request.place, clock.now());
    if (refusal.pace !== null) {
      const pause = budget.refused(login, refusal.pace, refusal.error.retryAfterMs);
      await budget.tell();
      throw new KalendsError("rate-limited", refusal.error.message, { retryAfterMs: Math.max(pause, refusal.error.retryAfterMs ?? 0) });
    }
    if (refusal.status === 401 || refusal.status === 408 || refusal.status >= 500 || refusal.status < 400) throw refusal.error;
    return { ok: false, refusal };
  };

  return {
    clock,
    attempt,
    async ask(request) {
      const answer = await attempt(request);
      if (!answer.ok) throw answer.refusal.error;
      return answer.body;
    },
  };
}

async function nothing(response: HttpResponse): Promise<JsonRecord> {
  await response.discard();
  return {};
}

function isRenewable(credential: Credential, access: ProviderAccess): boolean {
  return credential.kind === "delegated" || (credential.kind === "oauth" && access.renew !== undefined);
}

async function bearer(parts: LineParts, access: ProviderAccess, credential: Credential): Promise<Secret> {
  if (credential.kind === "oauth") return new Secret(`Bearer ${credential.accessToken.reveal()}`);
  if (credential.kind !== "delegated") throw new KalendsError("auth-unsupported", "Google takes OAuth tokens and delegated access, no passwords");
  if (parts.delegated === null) {
    throw new KalendsError("auth-unsupported", "No service account is set up for delegated access", { remedy: "Pass `serviceAccount` to the Google provider." });
  }
  return new Secret(`Bearer ${(await parts.delegated.tokenFor(credential.subject, access.signal)).reveal()}`);
}

function urlOf(root: string, { path, query = {} }: GoogleRequest, credential: Credential): string {
  const url = new URL(`calendar/v3/${path}`, root);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  // All users of a service account would else share one user's quota (Calendar API guide, "Manage quotas"). The digest names nobody.
  if (credential.kind === "delegated") url.searchParams.set("quotaUser", digest(credential.subject));
  return url.href;
}

/** What the budgets know a login by. */
function loginOf({ endpoint, credential }: ProviderAccess): string {
  const known = endpoint["login"];
  if (known !== undefined) return known;
  if (credential.kind === "delegated") return credential.subject;
  return credential.kind === "oauth" ? digest(credential.accessToken.reveal()) : "";
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}
