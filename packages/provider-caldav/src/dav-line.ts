import type { Clock, HttpResponse, ProviderAccess, Transport } from "@kalends/model";
import { loginAuthorization } from "./login-authorization.ts";
import { mayReceiveLogin } from "./login-site.ts";
import { presetNamed, type CaldavPreset } from "./presets.ts";
import { readMultistatus, type Multistatus } from "./multistatus.ts";
import { errorOfAnswer, leadsElsewhere, type AnswerPlace } from "./map-error.ts";

/** One login's way to its server: every request of the adapter goes through `ask`. */
export interface DavLine {
  clock: Clock;
  preset: CaldavPreset | null;
  /** Sends a request and hands back the answer as it is, whatever its status. */
  send(request: DavRequest): Promise<HttpResponse>;
  /** Sends a request whose answer must be a complete 207; everything else is thrown, see `map-error.ts`. */
  ask(request: DavRequest, place: AnswerPlace): Promise<Multistatus>;
}

export interface DavRequest {
  method: "PROPFIND" | "REPORT" | "GET";
  url: string;
  depth?: "0" | "1";
  body?: string;
  /** `false`: the request goes out without the login. */
  withLogin?: boolean;
}

/** Most bytes of one answer. A listing of 100,000 items is about 40 MB. */
const maxAnswerBytes = 128 * 1024 * 1024;

/** A listing may cost the server a long thought: Radicale needs over a minute for the first one of 5,000 items. */
const listingTimeoutMs = 300_000;
const plainTimeoutMs = 60_000;

export function openDavLine(transport: Transport, clock: Clock, access: ProviderAccess): DavLine {
  const preset = presetNamed(access.endpoint["preset"] ?? "");
  const authorization = loginAuthorization(access.credential);
  const send = (request: DavRequest): Promise<HttpResponse> =>
    transport.send({
      method: request.method,
      url: request.url,
      headers: headersOf(request),
      ...(request.body === undefined ? {} : { body: request.body }),
      ...(request.withLogin === false ? {} : { authorization }),
      trustedSites: preset?.trustedSites ?? [],
      ...(access.signal === undefined ? {} : { signal: access.signal }),
      maxBytes: maxAnswerBytes,
      timeoutMs: request.method === "REPORT" || request.depth === "1" ? listingTimeoutMs : plainTimeoutMs,
    });
  const line: DavLine = {
    clock,
    preset,
    send,
    async ask(request, place) {
      const response = await send(request);
      if (response.status === 207) return readMultistatus(response);
      const [asked, answered] = [new URL(request.url), new URL(response.url)];
      // The transport keeps the login back from another site, so that a 401 from there says nothing about the login.
      if (response.status === 401 && asked.origin !== answered.origin) {
        await response.discard();
        if (!mayReceiveLogin(answered, asked, preset?.trustedSites ?? [])) throw leadsElsewhere(answered.origin);
        return line.ask({ ...request, url: answered.href }, place);
      }
      throw await errorOfAnswer(response, { place, preset, now: clock.now() });
    },
  };
  return line;
}

function headersOf(request: DavRequest): Record<string, string> {
  // Xandikos knows members without `.ics` as octet streams and refuses to hand them out to who takes only text/calendar.
  const accept = request.method === "GET" ? "text/calendar, */*;q=0.5" : "application/xml, text/xml";
  const headers: Record<string, string> = { accept };
  if (request.depth !== undefined) headers["depth"] = request.depth;
  if (request.body !== undefined) headers["content-type"] = "application/xml; charset=utf-8";
  return headers;
}
