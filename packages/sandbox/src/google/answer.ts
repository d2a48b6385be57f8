/** What the server says to one request. */
export interface Answer {
  status: number;
  /** Names are lower-case. */
  headers: Record<string, string>;
  body: string;
}

/** One request after its body was read. Header names are lower-case. */
export interface GoogleRequest {
  method: string;
  /** Path as sent, still escaped, without the query. */
  path: string;
  query: URLSearchParams;
  headers: Map<string, string>;
  body: string;
}

export function emptyAnswer(status: number, headers: Record<string, string> = {}): Answer {
  return { status, headers, body: "" };
}

export function jsonAnswer(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  const fixed = { "content-type": "application/json; charset=UTF-8", "cache-control": "private, max-age=0, must-revalidate, no-transform" };
  return { status, headers: { ...fixed, ...headers }, body: `${JSON.stringify(body, null, 1)}\n` };
}

/** A page for people. It may not be framed, and runs no script. */
export function pageAnswer(status: number, html: string): Answer {
  return {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      "referrer-policy": "no-referrer",
    },
    body: html,
  };
}
