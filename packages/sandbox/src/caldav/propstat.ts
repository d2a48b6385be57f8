import type { CaldavState, UserState } from "./caldav-state.ts";
import type { Resource } from "./resource-paths.ts";
import { pathOf, writeProperty } from "./resource-properties.ts";
import { dav, element, escapeXml, statusElement } from "./write-xml.ts";

/** A property that a request asks for. */
export type AskedProperty = readonly [namespace: string, name: string];

/** Writes one property of the resource, or `null` where it has none. */
export type PropertySource = (namespace: string, name: string, resource: Resource) => string | null;

/** The property source of plain resources. */
export function resourceSource(state: CaldavState, requester: UserState): PropertySource {
  return (namespace, name, resource) => writeProperty(namespace, name, resource, state, requester);
}

/** One `DAV:response`: found properties in a 200 propstat, the others in a 404 propstat (RFC 4918 section 14.22). */
export function propertyResponse(
  resource: Resource,
  asked: readonly AskedProperty[],
  source: PropertySource,
  href: string = pathOf(resource),
): string {
  let found = "";
  let missing = "";
  for (const [namespace, name] of asked) {
    const written = source(namespace, name, resource);
    if (written === null) missing += element(namespace, name);
    else found += written;
  }
  const propstats = propstat(found, 200) + propstat(missing, 404) || `<D:propstat><D:prop/>${statusElement(200)}</D:propstat>`;
  return element(dav, "response", element(dav, "href", escapeXml(href)) + propstats);
}

/** One `DAV:response` that only has a status. */
export function statusResponse(href: string, status: number, more = ""): string {
  return element(dav, "response", element(dav, "href", escapeXml(href)) + statusElement(status) + more);
}

/** One `DAV:propstat`, or nothing where there is no property for it. */
export function propstat(properties: string, status: number): string {
  return properties === "" ? "" : `<D:propstat><D:prop>${properties}</D:prop>${statusElement(status)}</D:propstat>`;
}
