import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { KalendsError } from "@kalends/model";
import type { Target } from "./check-target.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import type { Deadline } from "./deadline.ts";
import { isConnectionLoss, mapNetworkError } from "./map-network-error.ts";
import { http, https } from "./node-http.ts";

/** One request to one checked target. */
export interface Hop {
  target: Target;
  method: string;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
}

/** Methods that change nothing, so that asking twice does no harm (RFC 9110 section 9.2.1; RFC 4918; RFC 3253). */
export const safeMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"]);

const mostHeadBytes = 64 * 1024;
const mostInterimAnswers = 16;

interface Lost {
  lost: unknown;
}

/** Sends one request and returns the answer's head, body unread. Throws what `Transport` documents. */
export async function exchange(hop: Hop, pool: ConnectionPool, deadline: Deadline): Promise<IncomingMessage> {
  const first = await attempt(hop, pool, deadline);
  if (!("lost" in first)) return first;
  // A kept connection that the server had closed silently: its siblings are likely dead too, so the second try is on a new one.
  pool.forget(hop.target.host, hop.target.port);
  const second = await attempt(hop, pool, deadline);
  if ("lost" in second) throw mapNetworkError(second.lost, "before-answer");
  return second;
}

/** Methods for which even an empty body has to be announced (RFC 9110 section 8.6). */
const bodyMethods = new Set(["POST", "PUT", "PATCH"]);

/** Always written by ourselves: for DELETE and others node:http would send a body without any length. */
function bodyLength(hop: Hop): Record<string, string> {
  if (hop.body !== undefined) return { "content-length": String(Buffer.byteLength(hop.body)) };
  return bodyMethods.has(hop.method) ? { "content-length": "0" } : {};
}

function startRequest(hop: Hop, pool: ConnectionPool): ClientRequest {
  const { target } = hop;
  const start = target.secure ? https.request : http.request;
  try {
    return start({
      agent: pool.agentFor(target.secure),
      host: target.host,
      port: target.port,
      path: `${target.url.pathname}${target.url.search}`,
      method: hop.method,
      headers: { ...hop.headers, ...bodyLength(hop), host: target.url.host },
      maxHeaderSize: mostHeadBytes,
      insecureHTTPParser: false,
    });
  } catch (thrown) {
    throw mapNetworkError(thrown, "before-answer");
  }
}

/** Resolves to the answer, or to `lost` where a reused connection died before its first byte and the request is safe to repeat. */
function attempt(hop: Hop, pool: ConnectionPool, deadline: Deadline): Promise<IncomingMessage | Lost> {
  return new Promise((resolve, reject) => {
    if (deadline.signal.aborted) {
      reject(deadline.signal.reason as Error);
      return;
    }
    const request = startRequest(hop, pool);
    let socket: Socket | null = null;
    let bytesBefore = 0;
    let interim = 0;
    const stop = (): void => {
      const reason = deadline.signal.reason as Error;
      request.destroy(reason);
      reject(reason);
    };
    const fail = (error: KalendsError): void => {
      request.destroy();
      reject(error);
    };
    deadline.signal.addEventListener("abort", stop, { once: true });
    // Sizes are bounded by maxHeaderSize; node:http would otherwise silently drop headers beyond the 2,000th.
    request.maxHeadersCount = 0;
    request.on("socket", (assigned) => {
      socket = assigned;
      bytesBefore = assigned.bytesRead;
    });
    request.on("information", () => {
      if (++interim > mostInterimAnswers) fail(new KalendsError("answer-invalid", "The server sends interim answers without end"));
    });
    request.on("upgrade", (_message, upgraded: Socket) => {
      upgraded.destroy();
      fail(new KalendsError("answer-invalid", "The server changed the protocol unasked"));
    });
    request.on("error", (error) => {
      deadline.signal.removeEventListener("abort", stop);
      const silent = socket === null || socket.bytesRead === bytesBefore;
      const answering = !silent && !request.reusedSocket;
      if (request.reusedSocket && silent && isConnectionLoss(error) && safeMethods.has(hop.method)) resolve({ lost: error });
      else reject(mapNetworkError(error, answering && !isHandshake(socket) ? "in-answer" : "before-answer"));
    });
    request.on("response", (message) => {
      deadline.signal.removeEventListener("abort", stop);
      resolve(message);
    });
    request.end(hop.body);
  });
}

/** Bytes that were read while TLS was still being set up are no part of an answer. */
function isHandshake(socket: Socket | null): boolean {
  return socket !== null && "encrypted" in socket && (socket as { secureConnecting?: boolean }).secureConnecting === true;
}
