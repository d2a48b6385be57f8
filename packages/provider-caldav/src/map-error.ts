import { KalendsError, type ErrorCode, type HttpResponse } from "@kalends/model";
import { childrenOf, readXmlTree, retryAfterMs } from "@kalends/transport";
import { davNamespaces } from "./dav-names.ts";
import { chooseDigest } from "./login/digest.ts";
import { readChallenges } from "./login/www-authenticate.ts";
import type { CaldavPreset } from "./presets/caldav-preset.ts";

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
  /** What is left of the pause that the account's queue took, in ms. */
  pauseMs: number;
}

/** Refusals of a report with a token that mean: this token is dead (facts: servers answer all of these). */
const deadTokenStatuses: ReadonlySet<number> = new Set([400, 403, 409, 410, 412, 500, 507]);

/** Turns an answer that is not what was hoped for into the error to throw. Reads or discards the body. */
export async function errorOfAnswer(response: HttpResponse, context: AnswerContext): Promise<KalendsError> {
  const { status } = response;
  if (status < 400) return await errorOfNonError(response);
  const { conditions } = await readDavError(response);
  if (status === 401) return loginRefused(response.header("www-authenticate"), context.preset);
  if (status === 429 || status === 503) {
    // Retry-After is a floor: the queue waits longer with every refusal in a row.
    const wait = Math.max(retryAfterMs(response, context.now) ?? 0, context.pauseMs);
    return new KalendsError("rate-limited", `The server answered ${status}`, wait === 0 ? {} : { retryAfterMs: wait });
  }
  if (conditions.has("valid-sync-token")) return new KalendsError("cursor-expired", `The server refused the sync-token (${status})`);
  if (context.place === "position" && deadTokenStatuses.has(status)) {
    return new KalendsError("cursor-expired", `The server answered ${status} to a report with a sync-token`);
  }
  if (status === 507 || conditions.has("number-of-matches-within-limits")) return tooManyAtOnce(status);
  return new KalendsError(codeOfStatus(status, context.place), `The server answered ${status} for the ${placeWord(context.place)}`);
}

/** The server does not list or hand out so many items in one answer (RFC 5323 section 3.15, RFC 4791 section 7.8). */
export function tooManyAtOnce(status: number): KalendsError {
  return new KalendsError("response-too-large", `The server answers no question with so many items (${status})`);
}

/** The status of one item inside a 207 answer that concerns the collection itself. */
export function errorOfInnerStatus(status: number, place: AnswerPlace): KalendsError {
  return new KalendsError(codeOfStatus(status, place), `The server answered ${status} for the ${placeWord(place)}`);
}

/** Refused login: names what to do, by provider where it is known. */
export function loginRefused(challenge: string | null, preset: CaldavPreset | null): KalendsError {
  const challenges = readChallenges(challenge);
  const remedy = preset === null || preset.passwordRemedy === null ? {} : { remedy: preset.passwordRemedy };
  if (preset?.login === "app-password") return new KalendsError("app-password-needed", `${preset.title} refused the login; it takes app passwords only`, remedy);
  const spoken = challenges.some(({ scheme }) => scheme === "basic" || scheme === "bearer" || scheme.startsWith("x-mobileme")) || chooseDigest(challenges) !== null;
  if (spoken || challenges.length === 0) return new KalendsError("auth-failed", "The server refused the login", remedy);
  return new KalendsError("auth-unsupported", `The server offers only ${[...new Set(challenges.map(({ scheme }) => scheme))].join(", ")}`);
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

/** What a DAV:error body says (RFC 4918 section 16). */
export interface DavError {
  /** Local names of the preconditions that were not met. */
  conditions: ReadonlySet<string>;
  /** An href inside a condition: the item that is in the way. */
  href: string | null;
}

/** Reads the body of a refusal, or discards it where it is anything else. */
export async function readDavError(response: HttpResponse): Promise<DavError> {
  const nothing: DavError = { conditions: new Set(), href: null };
  const type = (response.header("content-type") ?? "").toLowerCase();
  if (!type.includes("xml")) {
    await response.discard();
    return nothing;
  }
  try {
    const root = await readXmlTree(response.body, { text: 64 * 1024, totalNodes: 1000 });
    if (root.namespace !== davNamespaces.dav || root.name !== "error") return nothing;
    const hrefs = root.children.flatMap((condition) => childrenOf(condition, davNamespaces.dav, "href"));
    return { conditions: new Set(root.children.map((condition) => condition.name)), href: hrefs[0]?.text.trim() ?? null };
  } catch {
    // The status alone has to do: an error page that cannot be read says nothing more.
    await response.discard();
    return nothing;
  }
}
