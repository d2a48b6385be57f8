import type { IncomingMessage } from "node:http";
import { KalendsError } from "@kalends/model";
import { plainHost } from "./allow-list.ts";
import { safeMethods } from "./exchange.ts";

const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/** Headers that say nothing about the account and so may go to another site. */
const harmlessHeaders = new Set(["accept", "accept-encoding", "accept-language", "content-type", "depth", "prefer", "brief", "user-agent"]);

export function redirectRefused(why: string): KalendsError {
  return new KalendsError("redirect-refused", why);
}

/** Where an answer sends the request on to; `null` where it does not. Throws `redirect-refused` for an unusable Location. */
export function redirectTarget(message: IncomingMessage, from: URL): URL | null {
  if (!redirectStatuses.has(message.statusCode ?? 0)) return null;
  const lines = new Set(message.headersDistinct["location"] ?? []);
  const [location] = lines;
  if (lines.size !== 1 || location === undefined) throw redirectRefused("The server redirects without saying where to");
  // Header bytes arrive as Latin-1; addresses outside ASCII are UTF-8 in practice.
  const text = Buffer.from(location, "latin1").toString("utf8");
  if (!URL.canParse(text, from.href)) throw redirectRefused("The server redirects to something that is no address");
  const to = new URL(text, from);
  if (!/^https?:$/.test(to.protocol)) throw redirectRefused("The server redirects to something that is no web address");
  if (from.protocol === "https:" && to.protocol === "http:") throw redirectRefused("The server redirects from https to plain http");
  if (to.hash === "") to.hash = from.hash;
  return to;
}

/**
 * The method of the next request (RFC 9110 section 15.4; DAV methods keep method and body on 301 and 302 as well). A PUT or DELETE is never
 * turned into a GET: what is read at the other address would look like the answer to a change that may not have happened.
 */
export function redirectMethod(status: number, method: string): string {
  if (status === 303 && !safeMethods.has(method) && method !== "POST") throw redirectRefused(`The server answers a ${method} with another address to look at`);
  if (status === 303) return method === "HEAD" ? "HEAD" : "GET";
  if ((status === 301 || status === 302) && method === "POST") return "GET";
  return method;
}

/** Whether credentials bound to `origin` may go to `to`. */
export function isTrusted(origin: string, to: URL, trustedSites: readonly string[]): boolean {
  if (to.origin === origin) return true;
  if (to.protocol !== "https:") return false;
  const host = plainHost(to.hostname);
  return trustedSites.some((site) => site !== "" && (host === site.toLowerCase() || host.endsWith(`.${site.toLowerCase()}`)));
}

/** Throws where following would carry a body that may hold secrets, or a change, to another site. */
export function requireSafeAcrossSites(method: string): void {
  if (!safeMethods.has(method)) throw redirectRefused("The server redirects a change to another site");
}

/** The headers that may go to another site. */
export function withoutPersonalHeaders(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => harmlessHeaders.has(name)));
}
