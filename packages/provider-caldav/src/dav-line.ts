import type { Clock, HttpRequest, HttpResponse, KalendsError, ProviderAccess, Random, Transport } from "@kalends/model";
import { retryAfterMs } from "@kalends/transport";
import type { AccountState } from "./account-desk.ts";
import { sendWithLogin, type LoginWay } from "./login/send-with-login.ts";
import { mayReceiveLogin } from "./login-site.ts";
import { errorOfAnswer, leadsElsewhere, type AnswerPlace } from "./map-error.ts";
import { readMultistatus, type Multistatus } from "./multistatus.ts";
import type { CaldavPreset } from "./presets/caldav-preset.ts";
import { presetNamed } from "./presets/preset-list.ts";

/** One login's way to its server: every request of the adapter goes through `send` or `ask`. */
export interface DavLine {
  clock: Clock;
  random: Random;
  preset: CaldavPreset | null;
  account: AccountState;
  /** Sends a request in the account's turn and hands back the answer as it is, whatever its status. Read or discard it. Throws `redirect-refused`. */
  send(request: DavRequest): Promise<HttpResponse>;
  /** Sends a request whose answer must be a complete 207; everything else is thrown, see `map-error.ts`. */
  ask(request: DavRequest, place: AnswerPlace): Promise<Multistatus>;
  /** What an answer that is not what was hoped for means. */
  refusal(response: HttpResponse, place: AnswerPlace): Promise<KalendsError>;
}

export interface DavRequest {
  method: "PROPFIND" | "REPORT" | "GET" | "PUT" | "DELETE";
  url: string;
  depth?: "0" | "1";
  body?: string;
  /** More headers, such as a guard. */
  headers?: Record<string, string>;
  /** `false`: the request goes out without the login. */
  withLogin?: boolean;
}

export interface LineParts {
  transport: Transport;
  clock: Clock;
  random: Random;
  account: AccountState;
  /** Deadline of one request, its answer included. */
  timeoutMs: number;
}

/** Most bytes of one answer. A listing of 100,000 items is about 40 MB. */
const maxAnswerBytes = 128 * 1024 * 1024;

export function openDavLine(parts: LineParts, access: ProviderAccess): DavLine {
  const { clock, random, account } = parts;
  const preset = presetNamed(access.endpoint["preset"] ?? "");
  const expectsDigest = access.endpoint["login"] === "digest";
  const way: LoginWay = { transport: parts.transport, random, now: () => clock.now(), access, schemes: account.schemes, expectsDigest, renewed: null };
  const line: DavLine = {
    clock,
    random,
    preset,
    account,
    send: (request) => sendToSite(parts, access, way, request),
    refusal: (response, place) => errorOfAnswer(response, { place, preset, now: clock.now(), pauseMs: account.queue.pauseMs }),
    async ask(request, place) {
      const response = await line.send(request);
      if (response.status === 207) return readMultistatus(response);
      throw await line.refusal(response, place);
    },
  };
  return line;
}

const mostMoves = 2;

/**
 * The transport keeps the login back from another site, so that a 401 from there says nothing about the login: where the login may go, the
 * request is sent there. Throws `redirect-refused` where it may not, and where two sites send each other the request.
 */
async function sendToSite(parts: LineParts, access: ProviderAccess, way: LoginWay, request: DavRequest, moves = 0): Promise<HttpResponse> {
  const response = await sendInTurn(parts, access, way, request);
  const [asked, answered] = [new URL(request.url), new URL(response.url)];
  if (response.status !== 401 || request.withLogin === false || asked.origin === answered.origin) return response;
  await response.discard();
  if (moves === mostMoves || !mayReceiveLogin(answered, asked, trustedSitesOf(access))) throw leadsElsewhere(answered.origin);
  return await sendToSite(parts, access, way, { ...request, url: answered.href }, moves + 1);
}

function trustedSitesOf({ endpoint }: ProviderAccess): readonly string[] {
  return presetNamed(endpoint["preset"] ?? "")?.trustedSites ?? [];
}

/** One request in the account's queue; its turn ends when the answer was read. */
async function sendInTurn(parts: LineParts, access: ProviderAccess, way: LoginWay, request: DavRequest): Promise<HttpResponse> {
  const { queue } = parts.account;
  const leave = await queue.enter(access.signal);
  // An answer that nobody reads must not keep the turn for ever; the transport lets it go at the same time.
  const cancel = parts.clock.setTimer(parts.timeoutMs * 2, leave);
  const finish = (): void => {
    cancel();
    leave();
  };
  try {
    const full = toHttpRequest(request, access, parts.timeoutMs);
    const response = await (request.withLogin === false ? parts.transport.send(full) : sendWithLogin(way, full));
    if (response.status === 429 || response.status === 503) queue.slowedDown(retryAfterMs(response, parts.clock.now()));
    else if (response.status < 500) queue.succeeded();
    return whenFinished(response, finish);
  } catch (thrown) {
    if ((thrown as { code?: unknown }).code === "network-timeout") queue.strained();
    finish();
    throw thrown;
  }
}

function toHttpRequest(request: DavRequest, access: ProviderAccess, timeoutMs: number): HttpRequest {
  return {
    method: request.method,
    url: request.url,
    headers: headersOf(request),
    ...(request.body === undefined ? {} : { body: request.body }),
    trustedSites: trustedSitesOf(access),
    ...(access.signal === undefined ? {} : { signal: access.signal }),
    timeoutMs,
    maxBytes: maxAnswerBytes,
  };
}

function headersOf(request: DavRequest): Record<string, string> {
  // Xandikos knows members without `.ics` as octet streams and refuses to hand them out to who takes only text/calendar.
  const accept = request.method === "GET" ? "text/calendar, */*;q=0.5" : "application/xml, text/xml";
  const headers: Record<string, string> = { accept, ...request.headers };
  if (request.depth !== undefined) headers["depth"] = request.depth;
  if (request.body !== undefined) headers["content-type"] = request.method === "PUT" ? "text/calendar; charset=utf-8" : "application/xml; charset=utf-8";
  return headers;
}

function whenFinished(response: HttpResponse, finish: () => void): HttpResponse {
  return {
    status: response.status,
    url: response.url,
    header: (name) => response.header(name),
    body: readThenFinish(response.body, finish),
    async discard() {
      finish();
      await response.discard();
    },
  };
}

async function* readThenFinish(body: AsyncIterable<Uint8Array>, finish: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } finally {
    finish();
  }
}
