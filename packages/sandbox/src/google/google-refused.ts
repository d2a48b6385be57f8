import { jsonAnswer, type Answer } from "./answer.ts";

/** What Google's error body says beside the status: a reason that programs decide on, and where it lies. */
export interface RefusalDetails {
  reason: string;
  message: string;
  /** Default `global`. */
  domain?: string;
  locationType?: "parameter" | "header";
  location?: string;
  headers?: Record<string, string>;
}

/** Thrown where a request is refused; becomes the error body that Google sends. */
export class GoogleRefused extends Error {
  readonly status: number;
  readonly details: RefusalDetails;

  constructor(status: number, details: RefusalDetails) {
    super(details.message);
    this.status = status;
    this.details = details;
  }

  answer(): Answer {
    const { reason, message, domain = "global", locationType, location, headers } = this.details;
    const place = locationType === undefined ? {} : { locationType, location };
    const body = { error: { errors: [{ domain, reason, message, ...place }], code: this.status, message } };
    return jsonAnswer(this.status, body, headers);
  }
}

export function notFound(): GoogleRefused {
  return new GoogleRefused(404, { reason: "notFound", message: "Not Found" });
}

/** A parameter that cannot be used, by itself or beside another one. */
export function badParameter(location: string, message: string, reason = "invalid"): GoogleRefused {
  return new GoogleRefused(400, { reason, message, locationType: "parameter", location });
}

/** A body that cannot be used. */
export function badBody(reason: string, message: string): GoogleRefused {
  return new GoogleRefused(400, { reason, message });
}
