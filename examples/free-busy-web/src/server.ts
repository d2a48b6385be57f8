import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pathToFileURL } from "node:url";
import { readWish, type ConnectDesk } from "./connect-desk.ts";
import { EventStream } from "./event-stream.ts";
import type { FreeBusySource, PagePerson } from "./free-busy-source.ts";
import { readPageFiles, type PageFile } from "./page-files.ts";

export type * from "./free-busy-source.ts";
export type { ConnectDesk, ConnectWish } from "./connect-desk.ts";
export { kalendsDesk, type KalendsDesk, type KalendsDeskOptions } from "./kalends-desk.ts";
export { kalendsSource, type KalendsForPage, type KalendsSourceOptions } from "./kalends-source.ts";

export interface ServeFreeBusyOptions {
  /** Default 0: any free port. The server listens on the loopback interface only. */
  port?: number;
  /** Heading of the page. Default `Free-busy`. */
  title?: string;
  /** IANA zone that the page opens in. Default: the viewer's own. */
  zone?: string;
  /** First day of a week. Default `monday`. */
  weekStart?: "monday" | "sunday" | "saturday";
  /** Opens the desk where people connect their calendars, once the page's address is known. Without it the page has no such button. */
  connect?(pageUrl: string): ConnectDesk;
  /** Folder of the page's files, a path or a file URL. Default: `public` beside this example's sources. */
  publicDir?: string | URL;
}

export interface FreeBusyServer {
  url: string;
  close(): Promise<void>;
}

/** The page's own files, its own server, and nothing else: no inline script or style, no frame, no form. */
const policy = [
  "default-src 'none'",
  ...["script-src", "style-src", "img-src", "connect-src"].map((kind) => `${kind} 'self'`),
  ...["base-uri", "form-action", "frame-ancestors"].map((kind) => `${kind} 'none'`),
];

const security = {
  "content-security-policy": policy.join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
};

/** Longest range of one question. */
const rangeLimitMs = 40 * 86_400_000;

interface Site {
  source: FreeBusySource;
  options: ServeFreeBusyOptions;
  files: Map<string, PageFile>;
  stream: EventStream;
  desk: ConnectDesk | null;
  /** Names under which the site may be asked for; another name is a sign of DNS rebinding. */
  hosts: Set<string>;
}

/** An answer other than 200 that the page's own script handles. */
class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Serves the week page of a free-busy source on the loopback interface, with live updates. */
export async function serveFreeBusy(source: FreeBusySource, options: ServeFreeBusyOptions = {}): Promise<FreeBusyServer> {
  const files = await readPageFiles(folderOf(options.publicDir));
  const site: Site = { source, options, files, stream: new EventStream(), desk: null, hosts: new Set() };
  const server = createServer((request, response) => {
    handle(site, request, response).catch((thrown: unknown) => fail(response, thrown));
  });
  const port = await listen(server, options.port ?? 0);
  site.hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  const pageUrl = `http://127.0.0.1:${port}/`;
  site.desk = options.connect?.(pageUrl) ?? null;
  const unsubscribe = source.subscribe((news) => site.stream.send("news", news));
  return {
    url: pageUrl,
    close: async () => {
      unsubscribe();
      site.stream.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function folderOf(folder: string | URL | undefined): URL {
  if (folder === undefined) return new URL("../public/", import.meta.url);
  const url = folder instanceof URL ? folder : pathToFileURL(folder);
  return url.href.endsWith("/") ? url : new URL(`${url.href}/`);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

async function handle(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const host = request.headers.host ?? "";
  if (!site.hosts.has(host)) throw new Refused(421, "This site has another name");
  const url = new URL(request.url ?? "/", `http://${host}`);
  const route = `${request.method === "HEAD" ? "GET" : request.method} ${url.pathname}`;
  const file = route.startsWith("GET ") ? site.files.get(url.pathname) : undefined;
  if (file) {
    response.writeHead(200, { ...security, "content-type": file.type, "cache-control": "no-cache" });
    response.end(request.method === "HEAD" ? undefined : file.bytes);
    return;
  }
  if (site.desk && url.pathname.startsWith(site.desk.path)) return site.desk.handle(request, response);
  if (route === "POST /api/connect") return beginConnect(site, request, response);
  if (route === "GET /api/events") return site.stream.add(response);
  sendJson(response, 200, await answer(site, route, url, request));
}

async function answer(site: Site, route: string, url: URL, request: IncomingMessage): Promise<unknown> {
  const { source, options } = site;
  switch (route) {
    case "GET /api/page":
      return {
        title: options.title ?? "Free-busy",
        zone: options.zone ?? null,
        weekStart: options.weekStart ?? "monday",
        canSync: source.syncNow !== undefined,
        people: await source.people(),
        now: new Date().toISOString(),
      };
    case "GET /api/free-busy": {
      const range = readRange(url);
      const people: PagePerson[] = await source.people();
      return { ...range, ...(await source.freeBusy({ personIds: people.map(({ id }) => id), ...range })), now: new Date().toISOString() };
    }
    case "GET /api/status":
      return { people: await source.status(), now: new Date().toISOString() };
    case "POST /api/sync":
      assertOwnPage(request);
      if (!source.syncNow) throw new Refused(404, "There is no sync to start here");
      await source.syncNow();
      return {};
    default:
      throw new Refused(404, "There is nothing here");
  }
}

/** Tells the page where to send the browser, and remembers who sits in front of it. */
async function beginConnect(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  assertOwnPage(request);
  if (!site.desk) throw new Refused(404, "There is nothing to connect here");
  const wish = await readWish(request);
  const people = await site.source.people();
  if (!wish || !people.some(({ id }) => id === wish.personId)) throw new Refused(400, "Nobody here has that name");
  const { address, cookie } = site.desk.begin(wish);
  response.setHeader("set-cookie", cookie);
  sendJson(response, 200, { address });
}

function assertOwnPage(request: IncomingMessage): void {
  if (request.headers.origin !== `http://${request.headers.host}`) throw new Refused(403, "Only the page itself may ask for that");
}

function readRange(url: URL): { from: string; to: string } {
  const from = Date.parse(url.searchParams.get("from") ?? "");
  const to = Date.parse(url.searchParams.get("to") ?? "");
  if (!(from < to) || to - from > rangeLimitMs) {
    throw new Refused(400, "`from` and `to` must be instants in this order, at most 40 days apart");
  }
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { ...security, "content-type": "application/json; charset=utf-8", "cache-control": "no-store" });
  response.end(JSON.stringify(value));
}

/** Tells the page a code and a remedy where the source gave them, and never more than that. */
function fail(response: ServerResponse, thrown: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (thrown instanceof Refused) return sendJson(response, thrown.status, { error: { code: "refused", remedy: thrown.message } });
  const { code, remedy } = (thrown ?? {}) as { code?: unknown; remedy?: unknown };
  const known = typeof code === "string" && typeof remedy === "string";
  sendJson(response, 500, { error: known ? { code, remedy } : { code: "internal", remedy: "The server could not answer. See its log." } });
}
