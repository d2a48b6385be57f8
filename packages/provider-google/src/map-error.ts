import { KalendsError, type HttpResponse } from "@kalends/model";
import { readText, retryAfterMs } from "@kalends/transport";
import { asRecord, recordOf, textOf } from "./json-shape.ts";

/**
 * What was asked for, which decides what a refusal means.
 *
 * - `list`: the calendar list.
 * - `calendar`: the events of a calendar, from the beginning.
 * - `position`: the events since a sync token.
 * - `page`: the next page of a pass.
 * - `item`: one event; `not-found` and friends are the caller's business.
 */
export type AnswerPlace = "list" | "calendar" | "position" | "page" | "item";

/** A refusal by Google, read and judged. */
export interface Refusal {
  status: number;
  /** `error.errors[0].reason` (developers.google.com/workspace/calendar/api/guides/errors), or an empty text. */
  reason: string;
  /** `login`: this user is to slow down; `project`: everybody is. */
  pace: "login" | "project" | null;
  /** What to throw where the caller does not know better. */
  error: KalendsError;
}

/** Reasons by which 403 means "too fast" and not "you may not". */
const paceReasons: ReadonlySet<string> = new Set(["rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded", "calendarUsageLimitsExceeded"]);
/** Reasons that speak of the project; `rateLimitExceeded` may also be one busy calendar's, so it counts only where Google says how long. */
const projectReasons: ReadonlySet<string> = new Set(["dailyLimitExceeded"]);
/** "Calendar usage limits exceeded" lasts for hours. */
const usagePauseMs = 60 * 60_000;
const hourly: ReadonlySet<string> = new Set(["quotaExceeded", "calendarUsageLimitsExceeded", "dailyLimitExceeded"]);

const scopeReasons: ReadonlySet<string> = new Set(["insufficientPermissions", "insufficientScope", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"]);

/** The account itself is gone or switched off: errors of Google's global domain (developers.google.com/digital-asset-links/v1/errors/core_errors). */
const endedReasons: ReadonlySet<string> = new Set(["accountDeleted", "accountDisabled"]);

const remedies = {
  ended: "Google says that the account was deleted or disabled. Once its owner or administrator has it back, the user has to connect again in place.",
  token: "Google refused the token; it takes tokens, no password. Ask the user to connect again in place.",
  api: "Enable the Google Calendar API in the Cloud project that the OAuth client belongs to.",
};

/** Reads a refusal. The body's text goes into no error: only its `reason`, where that is a plain word. */
export async function readRefusal(response: HttpResponse, place: AnswerPlace, now: number): Promise<Refusal> {
  const { status } = response;
  const wait = retryAfterMs(response, now);
  const reason = await readReason(response);
  const said = `Google answered ${status}${reason === "" ? "" : ` (${reason})`}`;
  const pace = paceOf(status, reason, wait);
  if (pace !== null) {
    const least = hourly.has(reason) ? usagePauseMs : 0;
    const retry = Math.max(wait ?? 0, least);
    return { status, reason, pace, error: new KalendsError("rate-limited", said, retry === 0 ? {} : { retryAfterMs: retry }) };
  }
  return { status, reason, pace: null, error: errorOf(status, reason, place, said) };
}

function paceOf(status: number, reason: string, wait: number | undefined): Refusal["pace"] {
  const tooFast = status === 429 || (status === 403 && paceReasons.has(reason));
  if (tooFast) return projectReasons.has(reason) || (reason === "rateLimitExceeded" && wait !== undefined) ? "project" : "login";
  return status === 503 && wait !== undefined ? "login" : null;
}

function errorOf(status: number, reason: string, place: AnswerPlace, said: string): KalendsError {
  if (status === 401) return new KalendsError("auth-failed", said, { remedy: remedies.token });
  if (status === 403) {
    if (endedReasons.has(reason)) return new KalendsError("grant-revoked", said, { remedy: remedies.ended });
    if (scopeReasons.has(reason)) return new KalendsError("scope-missing", said);
    if (reason === "accessNotConfigured" || reason === "SERVICE_DISABLED") return new KalendsError("permission-denied", said, { remedy: remedies.api });
    return new KalendsError("permission-denied", said);
  }
  // A position dies by 410 (`fullSyncRequired`); one that never was any is refused with 400.
  if (place === "position" && (status === 410 || status === 400)) return new KalendsError("cursor-expired", said);
  if (place === "page" && (status === 410 || status === 400)) return new KalendsError("cursor-expired", `${said} to the next page`);
  if (status === 404 || status === 410) return new KalendsError(place === "list" ? "answer-invalid" : "calendar-gone", said);
  if (status === 408) return new KalendsError("network-timeout", said);
  if (status === 413) return new KalendsError("object-too-large", said);
  if (status >= 500) return new KalendsError("server-error", said);
  if (status >= 300 && status < 400) return new KalendsError("redirect-refused", said);
  return new KalendsError("answer-invalid", said);
}

async function readReason(response: HttpResponse): Promise<string> {
  const body = await readRefusalBody(response);
  const error = recordOf(body, "error");
  const [first] = Array.isArray(error?.["errors"]) ? (error["errors"] as unknown[]) : [];
  const [detail] = (Array.isArray(error?.["details"]) ? (error["details"] as unknown[]) : []).map(asRecord).filter((entry) => textOf(entry, "reason") !== undefined);
  const reason = textOf(asRecord(first), "reason") ?? textOf(detail ?? null, "reason") ?? "";
  return /^[A-Za-z_]{1,64}$/.test(reason) ? reason : "";
}

/** The JSON of a refusal, or `null`: an error page says nothing more than its status. */
async function readRefusalBody(response: HttpResponse): Promise<ReturnType<typeof asRecord>> {
  if (!(response.header("content-type") ?? "").toLowerCase().includes("json")) {
    await response.discard();
    return null;
  }
  try {
    return asRecord(JSON.parse(await readText(response)) as unknown);
  } catch {
    return null;
  }
}

/**
 * What the token endpoint's refusal means (RFC 6749 section 5.2). `grant-revoked` for `invalid_grant`; what concerns the client itself is
 * the operator's to mend and no fault of the user's grant.
 */
export async function errorOfTokenAnswer(response: HttpResponse, now: number): Promise<KalendsError> {
  const { status } = response;
  const wait = retryAfterMs(response, now);
  const word = oauthError(await readRefusalBody(response));
  const said = `Google's token endpoint answered ${status}${word === "" ? "" : ` (${word})`}`;
  if (status === 429 || (status === 503 && wait !== undefined)) return new KalendsError("rate-limited", said, wait === undefined ? {} : { retryAfterMs: wait });
  if (status >= 500) return new KalendsError("server-error", said);
  if (status === 408) return new KalendsError("network-timeout", said);
  if (status >= 300 && status < 400) return new KalendsError("redirect-refused", said);
  return errorOfOAuthWord(word, said);
}

/** The `error` member of an OAuth answer, where it is a plain word. */
export function oauthError(body: ReturnType<typeof asRecord>): string {
  const word = textOf(body, "error") ?? "";
  return /^[a-z_]{1,64}$/.test(word) ? word : "";
}

export function errorOfOAuthWord(word: string, said: string): KalendsError {
  if (word === "invalid_grant") return new KalendsError("grant-revoked", said);
  if (word === "unauthorized_client" || word === "access_denied") {
    return new KalendsError("auth-failed", said, {
      remedy: "The client or service account is not authorized for this. For domain-wide delegation an administrator has to allow its client id and exactly these scopes.",
    });
  }
  if (word === "invalid_client") {
    return new KalendsError("auth-failed", said, { failure: "permanent", remedy: "The OAuth client id or secret is wrong or was deleted. Mend it in the Cloud project; no user has to connect again." });
  }
  if (word === "invalid_scope") return new KalendsError("scope-missing", said);
  return new KalendsError("answer-invalid", said);
}
