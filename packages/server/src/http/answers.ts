/** Sent with every answer: nothing of it is kept, framed, sniffed or told to the next site. */
const always: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

export function answer(status: number, body: string | null, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(body, { status, headers: { ...always, ...headers } });
}

export function textAnswer(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response {
  return answer(status, text, { "content-type": "text/plain; charset=utf-8", ...headers });
}

/** 303: the browser goes on with GET, whatever it came with. */
export function redirect(location: string, cookie?: string): Response {
  return answer(303, null, { location, ...(cookie === undefined ? {} : { "set-cookie": cookie }) });
}
