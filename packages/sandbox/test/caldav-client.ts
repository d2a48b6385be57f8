/** A raw client for protocol tests: nothing of Kalends is in it. */
export interface RawAnswer {
  status: number;
  headers: Headers;
  text: string;
}

export async function dav(
  url: string,
  method: string,
  options: { body?: string; depth?: string; login?: string | null; headers?: Record<string, string> } = {},
): Promise<RawAnswer> {
  const login = options.login === undefined ? "ada:pw" : options.login;
  const headers: Record<string, string> = { ...options.headers };
  if (login !== null) headers["authorization"] = `Basic ${Buffer.from(login).toString("base64")}`;
  if (options.depth !== undefined) headers["depth"] = options.depth;
  const init: RequestInit = { method, headers, redirect: "manual" };
  if (options.body !== undefined) init.body = options.body;
  const response = await fetch(url, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

export function event(uid: string, lines: string[] = []): string {
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//test//EN",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20260101T000000Z",
    "DTSTART:20260105T100000Z",
    "DTEND:20260105T110000Z",
    ...lines,
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}

/** A sync-collection body; written with other prefixes than the server uses. */
export function syncBody(token: string, more = ""): string {
  return (
    '<?xml version="1.0"?><x:sync-collection xmlns:x="DAV:" xmlns:cal="urn:ietf:params:xml:ns:caldav">' +
    `<x:sync-token>${token}</x:sync-token><x:sync-level>1</x:sync-level>${more}<x:prop><x:getetag/></x:prop></x:sync-collection>`
  );
}

/** The hrefs of an answer with the status of each: 200 for propstats, else the response's own status. */
export function listing(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [, block = ""] of text.matchAll(/<D:response>(.*?)<\/D:response>/gs)) {
    const href = /<D:href>(.*?)<\/D:href>/.exec(block)?.[1] ?? "";
    found.set(href, Number(/<D:status>HTTP\/1\.1 (\d+)/.exec(block)?.[1]));
  }
  return found;
}

export function tokenOf(text: string): string {
  return /<D:sync-token>(.*?)<\/D:sync-token>/.exec(text)?.[1] ?? "";
}
