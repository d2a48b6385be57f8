import { KalendsError, type ErrorCode, type HttpResponse } from "@kalends/model";
import { readXmlTree, retryAfterMs } from "@kalends/transport";
import { davNamespaces } from "./dav-names.ts";
import type { CaldavPreset } from "./presets.ts";

/**
 * What was asked for, which decides what a refusal means.
 *
 * - `discovery`: anything may be there or not.
 * - `home`: a list of calendars.
 * - `calendar`: one calendar.
 * - `position`: a report that carried a sync-token.
 */
export type AnswerPlace = "discovery" | "home" | "calendar" | "position";

interface AnswerContext {
  place: AnswerPlace;
  preset: CaldavPreset | null;
  now: number;
}

/** Refusals of a report with a token that mean: this token is dead (facts: servers answer all of these). */
const deadTokenStatuses: ReadonlySet<number> = new Set([400, 403, 409, 410, 412, 500]);

/** Turns an answer that is not what was hoped for into the error to throw. Reads or discards the body. */
export async function errorOfAnswer(response: HttpResponse, context: AnswerContext): Promise<KalendsError> {
  const { status } = response;
  const conditions = status >= 400 ? await readConditions(response) : new Set<string>();
  if (status < 400) return await errorOfNonError(response);
  if (status === 401) return loginRefused(response.header("www-authenticate"), context.preset);
  if (status === 429 || status === 503) {
    const wait = retryAfterMs(response, context.now);
    return new KalendsError("rate-limited", `The server answered ${status}`, wait === undefined ? {} : { retryAfterMs: wait });
  }
  if (conditions.has("valid-sync-token")) return new KalendsError("cursor-expired", `The server refused the sync-token (${status})`);
  if (context.place === "position" && deadTokenStatuses.has(status)) {
    return new KalendsError("cursor-expired", `The server answered ${status} to a report with a sync-token`);
  }
  return new KalendsError(codeOfStatus(status, context.place), `The server answered ${status} for the ${placeWord(context.place)}`);
}

/** The status of one item inside a 207 answer that concerns the collection itself. */
export function errorOfInnerStatus(status: number, place: AnswerPlace): KalendsError {
  return new KalendsError(codeOfStatus(status, place), `The server answered ${status} for the ${placeWord(place)}`);
}

/** Refused login: names what to do, by provider where it is known. */
export function loginRefused(challenge: string | null, preset: CaldavPreset | null): KalendsError {
  const schemes = [...(challenge ?? "").matchAll(/(?:^|,)\s*([A-Za-z][\w-]*)(?=\s+[^=\s,]|\s*(?:,|$))/g)].map((found) => (found[1] ?? "").toLowerCase());
  const spoken = schemes.length === 0 || schemes.some((scheme) => scheme === "basic" || scheme === "bearer" || scheme.startsWith("x-mobileme"));
  if (!spoken) return new KalendsError("auth-unsupported", `The server offers only ${schemes.join(", ")}`);
  const remedy = preset?.passwordRemedy ?? null;
  return new KalendsError("auth-failed", "The server refused the login", remedy === null ? {} : { remedy });
}

/** The service lies where the login may not follow by itself. */
export function leadsElsewhere(origin: string): KalendsError {
  return new KalendsError("redirect-refused", `it leads to another site, ${origin}`, {
    remedy: `The service lies on another site. If ${origin} is right, connect with that address.`,
  });
}

async function errorOfNonError(response: HttpResponse): Promise<KalendsError> {
  const type = (response.header("content-type") ?? "").toLowerCase();
  await response.discard();
  const kind = type.includes("html") ? "an HTML page" : "something else than a multistatus";
  return new KalendsError("not-calendar-data", `The server answered ${response.status} with ${kind}`);
}

function codeOfStatus(status: number, place: AnswerPlace): ErrorCode {
  if (status === 401) return "auth-failed";
  if (status === 402 || status === 403) return "permission-denied";
  if (status === 404 || status === 410) return place === "calendar" || place === "position" ? "calendar-gone" : "caldav-not-found";
  if (place === "discovery" && status === 501) return "caldav-not-found";
  if (status === 408) return "network-timeout";
  if (status === 429 || status === 503) return "rate-limited";
  if (status >= 500) return "server-error";
  return place === "discovery" ? "caldav-not-found" : "answer-invalid";
}

function placeWord(place: AnswerPlace): string {
  if (place === "discovery") return "address";
  return place === "home" ? "calendar list" : "calendar";
}

/** Local names of the preconditions in a DAV:error body (RFC 4918 section 16); empty where the body is anything else. */
async function readConditions(response: HttpResponse): Promise<Set<string>> {
  const type = (response.header("content-type") ?? "").toLowerCase();
  if (!type.includes("xml")) {
    await response.discard();
    return new Set();
  }
  try {
    const root = await readXmlTree(response.body, { text: 64 * 1024, totalNodes: 1000 });
    if (root.namespace !== davNamespaces.dav || root.name !== "error") return new Set();
    return new Set(root.children.map((condition) => condition.name));
  } catch {
    // The status alone has to do: an error page that cannot be read says nothing more.
    await response.discard();
    return new Set();
  }
}
