import type { ProxyRequest } from "./fault.ts";

/** Local name of a REPORT's root element (`sync-collection`, `calendar-multiget`), or `null`. */
export function reportName(request: ProxyRequest): string | null {
  if (request.method !== "REPORT") return null;
  return /<(?:[\w.-]+:)?([\w-]+)[\s/>]/.exec(request.body.toString("utf8").replace(/<[?!][^>]*>/g, ""))?.[1] ?? null;
}

/** The token that a sync-collection report carries; `""` asks for everything, `null`: the request is no such report. */
export function syncTokenOf(request: ProxyRequest): string | null {
  if (reportName(request) !== "sync-collection") return null;
  const text = /<(?:[\w.-]+:)?sync-token\s*>([^<]*)</.exec(request.body.toString("utf8"))?.[1] ?? "";
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&").trim();
}

type RequestKind = "any" | "write" | "read" | "get" | "listing" | "marks" | "propfind" | "report" | "syncCollection" | "delta" | "multiget";

/** Which requests a fault is for: `faults.when(requestKinds.multiget, ...)`. */
export const requestKinds: Readonly<Record<RequestKind, (request: ProxyRequest) => boolean>> = {
  any: (): boolean => true,
  /** PUT, DELETE, MOVE and others that change something. */
  write: ({ method }: ProxyRequest): boolean => !["GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"].includes(method),
  read: ({ method }: ProxyRequest): boolean => ["GET", "HEAD", "PROPFIND", "REPORT"].includes(method),
  get: ({ method }: ProxyRequest): boolean => method === "GET",
  /** What tells which members there are: PROPFIND with Depth 1, and sync-collection. */
  listing: (request: ProxyRequest): boolean => (request.method === "PROPFIND" && request.headers["depth"] === "1") || reportName(request) === "sync-collection",
  /** Marks of the collection itself: PROPFIND with Depth 0. */
  marks: ({ method, headers }: ProxyRequest): boolean => method === "PROPFIND" && headers["depth"] === "0",
  propfind: ({ method }: ProxyRequest): boolean => method === "PROPFIND",
  report: ({ method }: ProxyRequest): boolean => method === "REPORT",
  syncCollection: (request: ProxyRequest): boolean => reportName(request) === "sync-collection",
  /** A sync-collection with a token: changes only. */
  delta: (request: ProxyRequest): boolean => (syncTokenOf(request) ?? "") !== "",
  multiget: (request: ProxyRequest): boolean => reportName(request) === "calendar-multiget",
};
