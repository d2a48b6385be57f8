import { KalendsError, type HttpResponse, type WriteConflict } from "@kalends/model";
import { readCollectionMarks } from "../collection-marks.ts";
import type { DavLine } from "../dav-line.ts";
import { canonicalPath, hrefBase, pathOfHref } from "../href.ts";
import { revisionOf } from "../listed-item.ts";
import { readDavError, type DavError } from "../map-error.ts";
import { collectResponses, readMultistatus } from "../multistatus.ts";

/** What a server answered to a write. */
export type WriteAnswer = { ok: true; status: number; etag: string | null } | { ok: false; status: number; error: DavError };

const sameUid = ["no-uid-conflict", "unique-scheduling-object-resource"];
const invalid = [
  "valid-calendar-data",
  "valid-calendar-object-resource",
  "supported-calendar-data",
  "supported-calendar-component",
  "min-date-time",
  "max-date-time",
  "max-instances",
  "max-attendees-per-instance",
];

/**
 * Reads the answer to PUT or DELETE. Only 200, 201, 202 and 204 are a success; a 207 is most often an error in disguise (Xandikos), so that its
 * inner statuses count. Throws what concerns the login, the pace or a server that does not answer as one.
 */
export async function readWriteAnswer(line: DavLine, response: HttpResponse): Promise<WriteAnswer> {
  const { status } = response;
  if ([200, 201, 202, 204].includes(status)) {
    const type = (response.header("content-type") ?? "").toLowerCase();
    const etag = response.header("etag");
    await response.discard();
    // A login page that answers a PUT with 200 has stored nothing.
    if (status === 200 && type.includes("html") && etag === null) throw new KalendsError("not-calendar-data", "The server answered a write with an HTML page");
    // 202: taken, and perhaps not done yet, so that the item itself is asked.
    return { ok: true, status, etag: status === 202 ? null : revisionOf(etag?.trim() ?? null) };
  }
  if (status === 207) return await readWrapped(response);
  if (status < 400 || status === 401 || status === 429 || status === 503) throw await line.refusal(response, "calendar");
  return { ok: false, status, error: await readDavError(response) };
}

/** A 207 names no ETag that could be relied on, so that a success inside is read back. One that says nothing is no success. */
async function readWrapped(response: HttpResponse): Promise<WriteAnswer> {
  const inner = (await collectResponses(await readMultistatus(response))).flatMap((each) => {
    const statuses = [each.status, ...each.propstats.map((propstat) => propstat.status)];
    return statuses.flatMap((code) => (code === null ? [] : [{ code, errors: each.errors }]));
  });
  const [first] = inner;
  const refused = inner.find(({ code }) => code < 200 || code > 299);
  if (first !== undefined && refused === undefined) return { ok: true, status: first.code, etag: null };
  return { ok: false, status: refused?.code ?? 500, error: { conditions: new Set(refused?.errors ?? []), href: null } };
}

/** The item that a refused write ran into was changed or removed by somebody else. */
export function conflictOf(conflict: WriteConflict): KalendsError {
  const what = conflict.deleted ? "The item was deleted at the provider meanwhile" : "The item changed at the provider meanwhile";
  return new KalendsError("revision-conflict", what, { conflict });
}

/** What was written a moment ago cannot be found: on some servers it takes minutes to show. */
export function notShownYet(): KalendsError {
  return new KalendsError("object-missing", "The server does not show yet what was written a moment ago", { remedy: "Try again in a few minutes." });
}

/** 412 to the item as it is, under a guard that the server does not understand: `*`, or a weak revision. */
export function guardRefused(): KalendsError {
  return new KalendsError("answer-invalid", "The server refuses every guard that it leaves us; nothing was written");
}

/** The UID, or the name, is taken. */
export function takenBy(remoteKey: string | null, revision: string | null): KalendsError {
  return new KalendsError("already-exists", "The calendar or another one of this account holds the UID already", { conflict: { remoteKey, revision, deleted: false } });
}

/** The refusal names what is wrong with the object, so that it is not about the guard. SabreDAV fills its 412 with elements of its own that name nothing. */
export function namesObjection({ conditions }: DavError): boolean {
  return [...sameUid, ...invalid, "max-resource-size", "quota-not-exceeded"].some((name) => conditions.has(name));
}

/** What a refusal means that says nothing about the guard. */
export async function refusalOf(line: DavLine, url: string, answer: WriteAnswer & { ok: false }): Promise<KalendsError> {
  const { status, error } = answer;
  const has = (names: readonly string[]): boolean => names.some((name) => error.conditions.has(name));
  const said = `The server answered ${status} to the write`;
  if (has(sameUid)) return takenBy(error.href === null ? null : canonicalPath(pathOfHref(error.href, hrefBase(url))), null);
  if (has(["max-resource-size"]) || status === 413) return new KalendsError("object-too-large", said);
  if (has(["quota-not-exceeded"]) || status === 507) {
    return new KalendsError("permission-denied", said, { remedy: "The account's storage at the provider is full. Free some room there and try again." });
  }
  if (has(invalid) || [400, 415, 422].includes(status)) return new KalendsError("object-invalid", `${said}: it does not take the object as it is`);
  if (status === 403 || status === 405) return new KalendsError("permission-denied", said);
  if (status >= 500 || status === 423) return new KalendsError("server-error", said);
  if (status === 404 || status === 409 || status === 410) {
    // Throws `calendar-gone` where it is the calendar that is not there.
    await readCollectionMarks(line, url);
    return status === 409 ? takenBy(null, null) : new KalendsError("object-invalid", `${said}: it does not take the object as it is`);
  }
  return new KalendsError("answer-invalid", said);
}
