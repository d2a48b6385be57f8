import { emptyAnswer, xmlAnswer, type Answer, type CaldavRequest } from "./answer.ts";
import type { CaldavState, UserState } from "./caldav-state.ts";
import { propertyResponse, propstat, resourceSource, type AskedProperty } from "./propstat.ts";
import { childOf, readXml, type XmlElement } from "./read-xml.ts";
import type { Resource } from "./resource-paths.ts";
import { commonProperties, pathOf, propertyNames } from "./resource-properties.ts";
import { dav, element, escapeXml, xmlDocument } from "./write-xml.ts";

/** Answers PROPFIND with Depth 0 or 1 (RFC 4918 section 9.1). Depth infinity is treated as 1. */
export function answerPropfind(state: CaldavState, requester: UserState, resource: Resource, request: CaldavRequest): Answer {
  const root = request.body.trim() === "" ? undefined : readXml(request.body);
  if (root && (root.namespace !== dav || root.name !== "propfind")) return emptyAnswer(400);
  const depth = request.headers.get("depth") ?? "infinity";
  const resources = depth === "0" ? [resource] : [resource, ...membersOf(resource)];
  const write = responseWriter(state, requester, root);
  return xmlAnswer(207, xmlDocument("multistatus", resources.map(write).join("")));
}

function responseWriter(state: CaldavState, requester: UserState, root: XmlElement | undefined): (resource: Resource) => string {
  if (childOf(root, dav, "propname")) {
    return (resource) => {
      const names = propertyNames(resource, state, requester).map(([namespace, name]) => element(namespace, name));
      return element(dav, "response", element(dav, "href", escapeXml(pathOf(resource))) + propstat(names.join(""), 200));
    };
  }
  const source = resourceSource(state, requester);
  const prop = childOf(root, dav, "prop");
  if (prop) {
    const asked = askedProperties(prop);
    return (resource) => propertyResponse(resource, asked, source);
  }
  return (resource) => {
    const present = commonProperties.filter(([namespace, name]) => source(namespace, name, resource) !== null);
    return propertyResponse(resource, present, source);
  };
}

/** The names inside a `DAV:prop` element. */
export function askedProperties(prop: XmlElement): AskedProperty[] {
  return prop.children.map((child) => [child.namespace, child.name] as const);
}

function membersOf(resource: Resource): Resource[] {
  if (resource.kind === "home") {
    return Array.from(resource.user.calendars, ([name, store]) => ({ kind: "calendar", user: resource.user, name, store }) as const);
  }
  if (resource.kind !== "calendar") return [];
  const { user, store, name: calendar } = resource;
  return Array.from(store.all(), (stored) => ({ kind: "member", user, calendar, store, name: stored.name, stored }) as const);
}
