import { KalendsError, type CalendarSubscription, type ProviderAccess, type RemoteCalendar } from "@kalends/model";
import { readCalendarProperties, readSubscription } from "./calendar-properties.ts";
import type { DavLine } from "./dav-line.ts";
import { davNamespaces } from "./dav-names.ts";
import { canonicalPath, samePath } from "./href.ts";
import { endpointOrigin, readEndpoint, type LoginEndpoint } from "./login-endpoint.ts";
import { mayReceiveLogin } from "./login-site.ts";
import { errorOfInnerStatus } from "./map-error.ts";
import { hrefsOf, propertyRefusal, type DavHref, type DavResponse } from "./multistatus.ts";
import { calendarListPropfind } from "./request-bodies.ts";

/** What is made of one member of a calendar home; `null`: it is none of those that are looked for. */
type ReadMember<T> = (response: DavResponse, key: string, wire: string) => T | null;

/** Every calendar of the login that can hold events, in the server's order. Complete, or it throws. */
export async function listCalendars(line: DavLine, access: ProviderAccess): Promise<RemoteCalendar[]> {
  return await listMembersOf(line, access, readCalendarProperties);
}

/** Every feed that the user follows there. Complete, or it throws. */
export async function listSubscriptions(line: DavLine, access: ProviderAccess): Promise<CalendarSubscription[]> {
  return await listMembersOf(line, access, readSubscription);
}

async function listMembersOf<T>(line: DavLine, access: ProviderAccess, read: ReadMember<T>): Promise<T[]> {
  const endpoint = readEndpoint(access.endpoint);
  if (endpointOrigin(endpoint) === null) throw new KalendsError("invalid-argument", "The endpoint names no calendar home; connect first");
  const found = new Map<string, T>();
  const add = (url: string, depth: "0" | "1"): Promise<void> => addFrom({ line, endpoint, read, found }, url, depth);
  for (const home of endpoint.homes) await add(home, "1");
  for (const calendar of endpoint.calendars) {
    try {
      await add(calendar, "0");
    } catch (thrown) {
      // The server said of this very calendar that it is gone: it is no longer listed.
      if (!(thrown instanceof KalendsError) || thrown.code !== "calendar-gone") throw thrown;
    }
  }
  return [...found.values()];
}

interface Listing<T> {
  line: DavLine;
  endpoint: LoginEndpoint;
  read: ReadMember<T>;
  found: Map<string, T>;
}

async function addFrom<T>({ line, endpoint, read, found }: Listing<T>, url: string, depth: "0" | "1"): Promise<void> {
  const place = depth === "1" ? "home" : "calendar";
  const multistatus = await line.ask({ method: "PROPFIND", url, depth, body: calendarListPropfind }, place);
  const asked = new URL(multistatus.url);
  let answers = 0;
  for await (const response of multistatus.responses()) {
    answers += 1;
    const [href] = hrefsOf(response);
    if (href === undefined) continue;
    const isAsked = samePath(href.path, canonicalPath(asked.pathname));
    if (response.status !== null && response.status >= 300) {
      if (isAsked || response.status >= 500) throw errorOfInnerStatus(response.status, place);
      // A single child that is not ours to read, such as a foreign calendar under a shared root.
      continue;
    }
    checkTypeIsTold(response);
    const key = calendarKey(href, { homeUrl: url, askedUrl: asked, endpoint, trustedSites: line.preset?.trustedSites ?? [] });
    const member = read(response, key, key.startsWith("/") ? href.wire : key);
    if (member !== null && !found.has(key)) found.set(key, member);
  }
  if (answers === 0) throw new KalendsError("answer-invalid", "The calendar list is empty and does not even name the calendar home");
}

/** A passing fault of the server on one child must not look like "that calendar is no calendar any more". */
function checkTypeIsTold(response: DavResponse): void {
  const refusal = propertyRefusal(response, davNamespaces.dav, "resourcetype");
  if (refusal !== null && refusal >= 500) throw errorOfInnerStatus(refusal, "home");
}

/** Path alone on the login's own origin, so that a moved shard keeps the key; the whole URL elsewhere. */
function calendarKey(href: DavHref, site: { homeUrl: string; askedUrl: URL; endpoint: LoginEndpoint; trustedSites: readonly string[] }): string {
  const elsewhere = href.origin !== site.askedUrl.origin && mayReceiveLogin(new URL(href.origin), site.askedUrl, site.trustedSites);
  // A host that may not have the login is a proxy's inner name; the path on the asked origin is what is meant.
  const origin = elsewhere ? href.origin : new URL(site.homeUrl).origin;
  return origin === endpointOrigin(site.endpoint) ? href.path : origin + href.path;
}

/** The URL to ask for a calendar that `listCalendars` named. */
export function calendarUrl(access: ProviderAccess, calendar: { remoteKey: string; hints: Readonly<Record<string, string>> }): string {
  if (!calendar.remoteKey.startsWith("/")) return calendar.remoteKey;
  const origin = endpointOrigin(readEndpoint(access.endpoint));
  if (origin === null) throw new KalendsError("invalid-argument", "The endpoint names no calendar home; connect first");
  return origin + (calendar.hints["href"] ?? calendar.remoteKey);
}
