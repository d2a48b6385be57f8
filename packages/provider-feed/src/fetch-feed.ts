import { KalendsError, type Clock, type HttpResponse, type ProviderAccess, type Transport } from "@kalends/model";
import { readText } from "@kalends/transport";
import { readFeedAddress } from "./feed-address.ts";
import type { FeedCursor } from "./feed-cursor.ts";
import { errorOfAnswer, notCalendar } from "./map-error.ts";

/** One login's way to its feed. */
export interface FeedLine {
  transport: Transport;
  clock: Clock;
  access: Pick<ProviderAccess, "credential" | "signal">;
  /** Most bytes of a feed. */
  maxBytes: number;
}

export interface FetchedFeed {
  text: string;
  etag: string | null;
  lastModified: string | null;
}

/** The whole feed, or `null` where it is as the cursor knows it (304). */
export async function fetchFeed(line: FeedLine, known: FeedCursor | null): Promise<FetchedFeed | null> {
  const headers: Record<string, string> = {};
  if (known?.etag != null) headers["if-none-match"] = known.etag;
  // RFC 9110 section 13.1.3: a server that knows If-None-Match ignores this one.
  if (known?.lastModified != null) headers["if-modified-since"] = known.lastModified;
  const response = await send(line, headers);
  if (response.status === 304 && Object.keys(headers).length > 0) {
    await response.discard();
    return null;
  }
  if (response.status !== 200) throw await errorOfAnswer(response, line.clock.now());
  const text = await readText(response);
  return { text, etag: response.header("etag"), lastModified: response.header("last-modified") };
}

const headBytes = 64 * 1024;

/** The feed's beginning, up to its first component; the rest is not downloaded. */
export async function fetchFeedHead(line: FeedLine): Promise<string> {
  const response = await send(line, {});
  if (response.status !== 200) throw await errorOfAnswer(response, line.clock.now());
  const decoder = new TextDecoder("utf-8");
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.length;
    text += decoder.decode(chunk, { stream: true });
    if (bytes >= headBytes || /^(?:BEGIN:V(?!CALENDAR)|END:VCALENDAR)/im.test(text)) break;
  }
  await response.discard();
  if (!/^\uFEFF?\s*BEGIN:VCALENDAR/i.test(text)) throw notCalendar(text);
  return text;
}

async function send({ transport, access, maxBytes }: FeedLine, headers: Record<string, string>): Promise<HttpResponse> {
  const { credential, signal } = access;
  if (credential.kind !== "password") throw new KalendsError("auth-unsupported", "The login of a feed is its address, kept as a password");
  const address = readFeedAddress(credential.password.reveal());
  return await transport.send({
    method: "GET",
    url: address.url.reveal(),
    headers: { accept: "text/calendar, */*;q=0.5", ...headers },
    ...(address.authorization === null ? {} : { authorization: address.authorization }),
    ...(signal === undefined ? {} : { signal }),
    maxBytes,
  });
}
