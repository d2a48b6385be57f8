import { toKalendsError, type ErrorCode } from "@kalends/model";
import SCIMMY from "scimmy";

const headers = { "content-type": "application/scim+json; charset=utf-8", "cache-control": "no-store", "x-content-type-options": "nosniff" };

/** A SCIM answer (RFC 7644 section 3.1). `null`: no content. */
export function scimAnswer(status: number, body: object | null, more: Record<string, string> = {}): Response {
  if (body === null) return new Response(null, { status, headers: { "cache-control": "no-store", ...more } });
  return new Response(JSON.stringify(body), { status, headers: { ...headers, ...more } });
}

/** What SCIM calls an error: an HTTP status, and a keyword where RFC 7644 table 9 has one. */
export class ScimRefusal extends Error {
  readonly status: number;
  readonly scimType: string | null;
  readonly headers: Record<string, string>;

  constructor(status: number, scimType: string | null, detail: string, more: Record<string, string> = {}) {
    super(detail);
    this.status = status;
    this.scimType = scimType;
    this.headers = more;
  }
}

const refusals: Partial<Record<ErrorCode, { status: number; scimType: string | null; detail: string }>> = {
  "not-found": { status: 404, scimType: null, detail: "There is no such resource" },
  "already-exists": { status: 409, scimType: "uniqueness", detail: "A resource with this name exists already" },
  "revision-conflict": { status: 412, scimType: null, detail: "The resource was changed meanwhile" },
  "invalid-argument": { status: 400, scimType: "invalidValue", detail: "A value is out of its bounds" },
  "zone-unknown": { status: 400, scimType: "invalidValue", detail: "The time zone is unknown" },
  "not-authorized": { status: 403, scimType: null, detail: "Not allowed" },
};

/** The answer for whatever was thrown. Nothing of an inner fault is told. */
export function scimFailure(thrown: unknown): Response {
  if (thrown instanceof ScimRefusal) return failure(thrown.status, thrown.scimType, thrown.message, thrown.headers);
  if (thrown instanceof SCIMMY.Types.Error) return failure(thrown.status, thrown.scimType ?? null, thrown.message);
  const error = toKalendsError(thrown);
  const known = refusals[error.code];
  if (known !== undefined) return failure(known.status, known.scimType, known.detail);
  if (error.failure === "transient" || error.failure === "rate-limited") return failure(503, null, "Try again later", { "retry-after": "30" });
  return failure(500, null, "The request could not be carried out");
}

function failure(status: number, scimType: string | null, detail: string, more: Record<string, string> = {}): Response {
  const body = { schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"], status: String(status), ...(scimType === null ? {} : { scimType }), detail };
  return scimAnswer(status, body, more);
}
