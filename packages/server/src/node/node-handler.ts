import type { KalendsServer } from "../create-server.ts";

/** What the handler reads of a request of `node:http`, and of whatever is built on it (Express, Koa, Connect). */
export interface NodeRequest extends AsyncIterable<Uint8Array> {
  method?: string | undefined;
  url?: string | undefined;
  /** Express: the URL before the mount path was cut off. */
  originalUrl?: string | undefined;
  rawHeaders: readonly string[];
}

/** What it calls of an answer of `node:http`. */
export interface NodeResponse {
  statusCode: number;
  setHeader(name: string, value: string | string[]): unknown;
  end(body?: Uint8Array): unknown;
}

export type NodeHandler = (request: NodeRequest, response: NodeResponse) => Promise<void>;

/** The handlers for `http.createServer`, or as a middleware that answers everything under its path. */
export function nodeHandler(server: KalendsServer): NodeHandler {
  return async (incoming, outgoing) => {
    const response = await answerOf(server, incoming);
    const body = new Uint8Array(await response.arrayBuffer());
    outgoing.statusCode = response.status;
    for (const [name, value] of response.headers) outgoing.setHeader(name, name === "set-cookie" ? response.headers.getSetCookie() : value);
    outgoing.setHeader("content-length", String(body.length));
    outgoing.end(body);
  };
}

async function answerOf(server: KalendsServer, incoming: NodeRequest): Promise<Response> {
  const request = requestOf(server, incoming);
  return request === null ? new Response(null, { status: 400 }) : server.handle(request);
}

/** `null` for what is no request of the Web's kind. */
function requestOf(server: KalendsServer, incoming: NodeRequest): Request | null {
  const { origin } = new URL(server.notifyAt);
  const method = incoming.method ?? "GET";
  const target = incoming.originalUrl ?? incoming.url ?? "/";
  // The path alone counts: a Host header, or a whole URL as target, says nothing that is believed.
  if (!target.startsWith("/")) return null;
  try {
    const headers = new Headers();
    for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2) headers.append(incoming.rawHeaders[at] as string, incoming.rawHeaders[at + 1] as string);
    const init: RequestInit & { duplex?: "half" } = { method, headers };
    if (method !== "GET" && method !== "HEAD") Object.assign(init, { body: streamOf(incoming), duplex: "half" });
    return new Request(`${origin}${target}`, init);
  } catch {
    return null;
  }
}

/** A body as it arrives; who stops reading ends the request. */
function streamOf(parts: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = parts[Symbol.asyncIterator]();
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await iterator.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => {
      await iterator.return?.();
    },
  });
}
