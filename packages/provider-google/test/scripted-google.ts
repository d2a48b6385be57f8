import { KalendsError, Secret, type CalendarProvider, type HttpRequest, type HttpResponse, type OAuthCredential, type PulledPage, type PullRequest, type RemoteKey, type Revision, type Transport } from "@kalends/model";
import { fakeClock, type FakeClock } from "@kalends/testing";
import { googleProvider, type GoogleProviderOptions } from "@kalends/provider-google";
import { systemRandom } from "./system-random.ts";

export interface ScriptedAnswer {
  status?: number;
  json?: unknown;
  text?: string;
  headers?: Record<string, string>;
}

export interface SeenRequest {
  method: string;
  /** Below `calendar/v3/`. */
  path: string;
  query: URLSearchParams;
  body: unknown;
  headers: Record<string, string>;
}

export type Script = (request: SeenRequest) => ScriptedAnswer;

/** The adapter in front of a script, for what no server does on demand. */
export function scriptedGoogle(script: Script, options: Partial<GoogleProviderOptions> = {}): { provider: CalendarProvider; requests: SeenRequest[]; clock: FakeClock } {
  const requests: SeenRequest[] = [];
  const clock = fakeClock("2026-11-20T12:00:00Z");
  const transport: Transport = {
    async send(request) {
      const seen = seenOf(request);
      requests.push(seen);
      if (requests.length > 400) throw new Error("The adapter asks without end");
      return withinLimit(toResponse(script(seen), request.url), request.maxBytes ?? Infinity);
    },
    close: async () => undefined,
  };
  return { provider: googleProvider({ transport, clock, random: systemRandom, ...options }), requests, clock };
}

/** The limit of bytes, as the guarded transport keeps it. */
function withinLimit(response: HttpResponse, most: number): HttpResponse {
  const { body } = response;
  return {
    ...response,
    body: (async function* () {
      let length = 0;
      for await (const chunk of body) {
        length += chunk.length;
        if (length > most) throw new KalendsError("response-too-large", "The answer is larger than the limit");
        yield chunk;
      }
    })(),
  };
}

function seenOf(request: HttpRequest): SeenRequest {
  const url = new URL(request.url);
  const text = typeof request.body === "string" ? request.body : "";
  const isJson = (request.headers?.["content-type"] ?? "").includes("json");
  return {
    method: request.method,
    path: decodeURIComponent(url.pathname.replace("/calendar/v3/", "")),
    query: url.searchParams,
    body: isJson ? (JSON.parse(text) as unknown) : text,
    headers: { ...request.headers },
  };
}

export function toResponse({ status = 200, json, text, headers = {} }: ScriptedAnswer, url: string): HttpResponse {
  const all = new Map(Object.entries({ "content-type": "application/json; charset=utf-8", ...headers }));
  const bytes = new TextEncoder().encode(text ?? (json === undefined ? "" : JSON.stringify(json)));
  return {
    status,
    url,
    header: (name) => all.get(name) ?? null,
    body: (async function* () {
      for (let at = 0; at < bytes.length; at += 4096) yield bytes.slice(at, at + 4096);
    })(),
    discard: async () => undefined,
  };
}

export function credential(scopes: string[] = [], expiresAt: number | null = null): OAuthCredential {
  return { kind: "oauth", accessToken: new Secret("access-canary"), refreshToken: new Secret("refresh-canary"), expiresAt, scopes };
}

export interface PassOptions {
  cursor?: string | null;
  hints?: Record<string, string>;
  stored?: Map<RemoteKey, Revision>;
  reach?: PullRequest["reach"];
}

/** All pages of one pass. */
export async function pullPass(provider: CalendarProvider, options: PassOptions = {}): Promise<PulledPage[]> {
  const pages: PulledPage[] = [];
  const memo = new Map<string, unknown>();
  let pageToken: string | null = null;
  do {
    const request: PullRequest = {
      calendar: { remoteKey: "work@example.com", hints: { access: "owner", timeZone: "Europe/Berlin", ...options.hints } },
      cursor: options.cursor ?? null,
      pageToken,
      window: { from: Date.parse("2026-10-01T00:00:00Z"), to: Date.parse("2027-05-01T00:00:00Z") },
      revisionsOf: async () => options.stored ?? new Map(),
      memo,
      ...(options.reach === undefined ? {} : { reach: options.reach }),
    };
    const page = await provider.pullPage({ endpoint: { login: "ada@example.com" }, credential: credential() }, request);
    pages.push(page);
    pageToken = page.nextPageToken;
  } while (pageToken !== null);
  return pages;
}

export async function pullObjects(provider: CalendarProvider, options: PassOptions = {}): Promise<PulledPage["objects"]> {
  return (await pullPass(provider, options)).flatMap(({ objects }) => objects);
}
