import { KalendsError, type HttpRequest, type HttpResponse, type Transport } from "@kalends/model";

/** What a scripted server answers. `url`: where redirects ended. */
export interface ScriptedAnswer {
  status: number;
  body?: string;
  headers?: Record<string, string>;
  url?: string;
}

export type Script = (request: HttpRequest & { text: string }) => ScriptedAnswer;

/** A transport in front of a script, for what no real server does on demand. It follows no redirects itself. */
export function scriptedTransport(script: Script): { transport: Transport; requests: (HttpRequest & { text: string })[] } {
  const requests: (HttpRequest & { text: string })[] = [];
  const transport: Transport = {
    async send(request) {
      const seen = { ...request, text: typeof request.body === "string" ? request.body : "" };
      requests.push(seen);
      if (requests.length > 400) throw new Error("The adapter asks without end");
      return toResponse(script(seen), request.url);
    },
    close: async () => undefined,
  };
  return { transport, requests };
}

function toResponse(answer: ScriptedAnswer, asked: string): HttpResponse {
  const headers = new Map(Object.entries({ "content-type": "application/xml; charset=utf-8", ...answer.headers }).map(([name, value]) => [name.toLowerCase(), value]));
  const bytes = new TextEncoder().encode(answer.body ?? "");
  return {
    status: answer.status,
    url: answer.url ?? asked,
    header: (name) => headers.get(name) ?? null,
    body: chunks(bytes),
    discard: async () => undefined,
  };
}

/** Small pieces, so that no reader relies on seeing a whole element at once. */
async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 113) yield bytes.slice(at, at + 113);
}

export const notFound: ScriptedAnswer = { status: 404, body: "", headers: { "content-type": "text/plain" } };

export function multistatus(...parts: string[]): ScriptedAnswer {
  const names = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:s="http://calendarserver.org/ns/"';
  return { status: 207, body: `<?xml version="1.0"?><d:multistatus ${names}>${parts.join("")}</d:multistatus>` };
}

export function resource(href: string, properties: string): string {
  return `<d:response><d:href>${href}</d:href><d:propstat><d:prop>${properties}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`;
}

export function member(href: string, etag: string | null = '"1"'): string {
  return resource(href, `<d:resourcetype/>${etag === null ? "" : `<d:getetag>${etag.replaceAll('"', "&quot;")}</d:getetag>`}`);
}

export function withStatus(href: string, status: number): string {
  return `<d:response><d:href>${href}</d:href><d:status>HTTP/1.1 ${status} Status</d:status></d:response>`;
}

export function syncToken(token: string): string {
  return `<d:sync-token>${token}</d:sync-token>`;
}

/** The hrefs that a multiget asks for. */
export function askedHrefs(text: string): string[] {
  return [...text.matchAll(/<d:href>([^<]*)<\/d:href>/g)].map(([, href]) => href ?? "");
}

export function itemData(href: string, uid: string, etag = '"1"'): string {
  const text = `BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:${uid}\nDTSTAMP:20260101T000000Z\nDTSTART:20260301T090000Z\nDTEND:20260301T100000Z\nSUMMARY:s\nEND:VEVENT\nEND:VCALENDAR\n`;
  return resource(href, `<d:getetag>${etag.replaceAll('"', "&quot;")}</d:getetag><c:calendar-data><![CDATA[${text}]]></c:calendar-data>`);
}

/** Answers every multiget with what it asks for; the UID is the file name. */
export function answerMultiget(text: string): ScriptedAnswer {
  return multistatus(...askedHrefs(text).map((href) => itemData(href, href.split("/").at(-1) ?? "")));
}

export function codeOf(thrown: unknown): string {
  return thrown instanceof KalendsError ? thrown.code : String(thrown);
}
