import { element, xmlDocument } from "./write-xml.ts";

/** What the server says to one request. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** One request after its body was read. Header names are lower-case. */
export interface CaldavRequest {
  method: string;
  /** Path as sent, still escaped, without the query. */
  path: string;
  headers: Map<string, string>;
  body: string;
}

export const xmlType = "application/xml; charset=utf-8";
export const calendarType = "text/calendar; charset=utf-8; component=vevent";

export function emptyAnswer(status: number, headers: Record<string, string> = {}): Answer {
  return { status, headers, body: "" };
}

export function xmlAnswer(status: number, body: string): Answer {
  return { status, headers: { "content-type": xmlType }, body };
}

/** A `DAV:error` body that names the broken precondition (RFC 4918 section 16). */
export function refusal(status: number, namespace: string, precondition: string, content = ""): Answer {
  return xmlAnswer(status, xmlDocument("error", element(namespace, precondition, content)));
}
