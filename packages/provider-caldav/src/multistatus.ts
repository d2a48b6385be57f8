import { KalendsError, type HttpResponse } from "@kalends/model";
import { child, childrenOf, openXml, textOf, type XmlElement } from "@kalends/transport";
import { davNamespaces } from "./dav-names.ts";
import { canonicalPath, hrefBase, originOfHref, pathOfHref, wirePath, type HrefBase } from "./href.ts";

/** A resource that a response speaks of. */
export interface DavHref {
  /** Canonical path: the key. */
  path: string;
  /** The server's own spelling, fit for a request. */
  wire: string;
  origin: string;
}

/** One `DAV:response` (RFC 4918 section 14.24). */
export interface DavResponse {
  /** Usually one; a `status` for the whole may name several. Empty where the server names nothing, see `hrefsOf`. */
  hrefs: DavHref[];
  /** Status of the whole response, `null` where there are propstats. */
  status: number | null;
  propstats: { status: number; prop: XmlElement }[];
  /** Precondition elements inside `DAV:error`, by local name. */
  errors: string[];
}

/** A 207 answer being read. It is complete, and may be believed, only when `responses` has ended without a throw. */
export interface Multistatus {
  url: string;
  responses(): AsyncGenerator<DavResponse>;
  /** The same by call: for long answers, in which a wait for each response adds up. What `visit` throws ends the reading and is thrown. */
  each(visit: (response: DavResponse) => void): Promise<void>;
  /** Text of the top-level `DAV:sync-token` (RFC 6578 section 6.4); known when `responses` has ended. */
  syncToken(): string | null;
}

/** Throws `not-calendar-data` for anything that is not XML of that kind. */
export async function readMultistatus(response: HttpResponse): Promise<Multistatus> {
  const type = (response.header("content-type") ?? "").toLowerCase();
  if (type !== "" && !type.includes("xml")) {
    await response.discard();
    throw new KalendsError("not-calendar-data", "The server answered 207 with a body that is not XML");
  }
  const document = await openXml(response.body);
  if (document.root.namespace !== davNamespaces.dav || document.root.name !== "multistatus") {
    await response.discard();
    throw new KalendsError("not-calendar-data", "The server answered 207 with a document that is no DAV:multistatus");
  }
  const base = hrefBase(response.url);
  let token: string | null = null;
  const responseOf = (element: XmlElement): DavResponse | null => {
    if (element.namespace === davNamespaces.dav && element.name === "response") return toResponse(element, base);
    if (element.namespace === davNamespaces.dav && element.name === "sync-token") token = element.text;
    else if (element.name === "response" || element.children.some(namesResource)) throw unreadable();
    return null;
  };
  return {
    url: response.url,
    async *responses() {
      for await (const element of document.items()) {
        const found = responseOf(element);
        if (found !== null) yield found;
      }
    },
    async each(visit) {
      await document.each((element) => {
        const found = responseOf(element);
        if (found !== null) visit(found);
      });
    },
    syncToken: () => (token === null || token === "" ? null : token),
  };
}

/**
 * The resources that a response of a list speaks of. A list with a response that names none cannot be read, and what cannot be read must not
 * look like a list without it. Throws `answer-invalid`.
 */
export function hrefsOf({ hrefs }: DavResponse): readonly DavHref[] {
  if (hrefs.length === 0) throw unreadable();
  return hrefs;
}

/** Unknown elements are passed over (RFC 4918 section 17), but for those in which members hide: another namespace, another level. */
function namesResource(element: XmlElement): boolean {
  return element.name === "response" || element.name === "href" || element.children.some(namesResource);
}

function unreadable(): KalendsError {
  return new KalendsError("answer-invalid", "The server's list holds entries that cannot be read");
}

/** All responses at once; for answers that are small by nature. */
export async function collectResponses(multistatus: Multistatus): Promise<DavResponse[]> {
  const all: DavResponse[] = [];
  for await (const response of multistatus.responses()) all.push(response);
  return all;
}

/** A property that the server answered with 2xx; `null` where it is absent. */
export function property(response: DavResponse, namespace: string, name: string): XmlElement | null {
  for (const propstat of response.propstats) {
    if (propstat.status < 200 || propstat.status > 299) continue;
    const found = child(propstat.prop, namespace, name);
    if (found !== undefined) return found;
  }
  return null;
}

/** A property's text, verbatim: never trimmed, never turned into a number. */
export function propertyText(response: DavResponse, namespace: string, name: string): string | null {
  return property(response, namespace, name)?.text ?? null;
}

/** The status under which a property was refused; `null` where it was not refused. */
export function propertyRefusal(response: DavResponse, namespace: string, name: string): number | null {
  for (const propstat of response.propstats) {
    if (propstat.status >= 300 && child(propstat.prop, namespace, name) !== undefined) return propstat.status;
  }
  return null;
}

/** The hrefs inside a property such as `calendar-home-set`, in order. */
export function propertyHrefs(response: DavResponse, namespace: string, name: string, requestUrl: string): (DavHref & { text: string })[] {
  const found = property(response, namespace, name);
  if (found === null) return [];
  return childrenOf(found, davNamespaces.dav, "href")
    .filter((href) => href.text.trim() !== "")
    .map((href) => ({ ...toHref(href.text, hrefBase(requestUrl)), text: href.text.trim() }));
}

function toResponse(element: XmlElement, base: HrefBase): DavResponse {
  const status = textOf(element, davNamespaces.dav, "status");
  const error = child(element, davNamespaces.dav, "error");
  return {
    hrefs: childrenOf(element, davNamespaces.dav, "href").flatMap((href) => (href.text.trim() === "" ? [] : [toHref(href.text, base)])),
    status: status === undefined ? null : statusOfLine(status),
    propstats: childrenOf(element, davNamespaces.dav, "propstat").flatMap((propstat) => {
      const prop = child(propstat, davNamespaces.dav, "prop");
      const line = textOf(propstat, davNamespaces.dav, "status");
      return prop === undefined ? [] : [{ prop, status: line === undefined ? 200 : statusOfLine(line) }];
    }),
    errors: error === undefined ? [] : error.children.map((condition) => condition.name),
  };
}

function toHref(text: string, base: HrefBase): DavHref {
  const path = pathOfHref(text, base);
  return { path: canonicalPath(path), wire: wirePath(path), origin: originOfHref(text, base) };
}

/** `HTTP/1.1 404 Not Found` -> 404; 0 where there is no such number, which no caller takes for a success. */
function statusOfLine(line: string): number {
  const found = /^\s*(?:HTTP\/[\d.]+\s+)?(\d{3})\b/i.exec(line);
  return found === null ? 0 : Number(found[1]);
}
