import type { CaldavState, UserState } from "./caldav-state.ts";
import type { StoredMember } from "./calendar-store.ts";
import { calendarType } from "./answer.ts";
import { calendarPath, encodeSegment, homePath, principalPath, rootPath, type Resource } from "./resource-paths.ts";
import { currentSyncToken } from "./sync-token.ts";
import { appleIcal, caldav, calendarServer, dav, element, escapeXml } from "./write-xml.ts";

/** The content of one property of a resource as XML, or `null` where the resource has no such property. */
type PropertyWriter = (resource: Resource, state: CaldavState, requester: UserState) => string | null;

/** The key of a property in the table: namespace and name. */
export function propertyKey(namespace: string, name: string): string {
  return `${namespace} ${name}`;
}

const href = (path: string): string => element(dav, "href", escapeXml(path));
const privilege = (name: string): string => element(dav, "privilege", element(dav, name));
const supportedReport = (namespace: string, name: string): string =>
  element(dav, "supported-report", element(dav, "report", element(namespace, name)));

function resourceType(resource: Resource): string {
  if (resource.kind === "member") return "";
  const collection = element(dav, "collection");
  if (resource.kind === "calendar" && resource.store.properties.source !== null) return collection + element(caldav, "calendar") + element(calendarServer, "subscribed");
  if (resource.kind === "calendar") return collection + element(caldav, "calendar");
  return resource.kind === "principal" ? collection + element(dav, "principal") : collection;
}

function displayName(resource: Resource): string | null {
  if (resource.kind === "calendar") return escapeXml(resource.store.properties.displayName);
  if (resource.kind === "principal" || resource.kind === "home") return escapeXml(resource.user.displayName);
  return null;
}

function privileges(resource: Resource): string {
  const readable = privilege("read") + privilege("read-current-user-privilege-set");
  const fixed = resource.kind === "root" || resource.kind === "principal";
  const readOnly = (resource.kind === "calendar" || resource.kind === "member") && resource.store.properties.readOnly;
  if (fixed || readOnly) return readable;
  return readable + ["write", "write-properties", "write-content", "bind", "unbind"].map(privilege).join("");
}

type CalendarWriter = (resource: Resource & { kind: "calendar" }, state: CaldavState) => string | null;

const ofCalendar = (write: CalendarWriter): PropertyWriter =>
  (resource, state) => (resource.kind === "calendar" ? write(resource, state) : null);

const ofPrincipal = (write: (user: UserState) => string): PropertyWriter =>
  (resource) => (resource.kind === "principal" ? write(resource.user) : null);

const ofMember = (write: (stored: StoredMember) => string): PropertyWriter =>
  (resource) => (resource.kind === "member" && resource.stored ? write(resource.stored) : null);

const currentPrincipal: PropertyWriter = (resource, state, requester) =>
  resource.kind === "root" && !state.features.principalOnRoot ? null : href(principalPath(requester));

const optional = (text: string | null): string | null => (text === null ? null : escapeXml(text));

/** Every property that the server knows, except calendar-data, which belongs to reports only. */
const writers = new Map<string, PropertyWriter>([
  [propertyKey(dav, "resourcetype"), resourceType],
  [propertyKey(dav, "displayname"), displayName],
  [propertyKey(dav, "current-user-principal"), currentPrincipal],
  [propertyKey(dav, "principal-URL"), ofPrincipal((user) => href(principalPath(user)))],
  [propertyKey(dav, "owner"), (resource) => ("user" in resource ? href(principalPath(resource.user)) : null)],
  [propertyKey(dav, "current-user-privilege-set"), privileges],
  [propertyKey(dav, "getetag"), ofMember((stored) => escapeXml(stored.etag))],
  [propertyKey(dav, "getcontenttype"), ofMember(() => calendarType)],
  [propertyKey(dav, "getcontentlength"), ofMember((stored) => `${Buffer.byteLength(stored.text)}`)],
  [propertyKey(dav, "sync-token"), ofCalendar(({ store }, state) =>
    (state.features.syncCollection ? escapeXml(currentSyncToken(state, store)) : null))],
  [propertyKey(dav, "supported-report-set"), ofCalendar((_calendar, state) =>
    supportedReport(caldav, "calendar-multiget") + supportedReport(caldav, "calendar-query") +
    (state.features.syncCollection ? supportedReport(dav, "sync-collection") : ""))],
  [propertyKey(calendarServer, "getctag"), ofCalendar(({ store }, state) => (state.features.ctag ? store.ctag : null))],
  [propertyKey(calendarServer, "source"), ofCalendar(({ store }) => (store.properties.source === null ? null : href(store.properties.source)))],
  [propertyKey(caldav, "calendar-home-set"), ofPrincipal((user) => href(homePath(user)))],
  [propertyKey(caldav, "calendar-user-address-set"), ofPrincipal((user) => href(`mailto:${user.email}`) + href(principalPath(user)))],
  [propertyKey(caldav, "supported-calendar-component-set"), ofCalendar(({ store }) =>
    store.properties.components.map((name) => `<C:comp name="${escapeXml(name)}"/>`).join(""))],
  [propertyKey(caldav, "supported-calendar-data"), ofCalendar(() => '<C:calendar-data content-type="text/calendar" version="2.0"/>')],
  [propertyKey(caldav, "max-resource-size"), ofCalendar((_calendar, state) => `${state.maxObjectBytes}`)],
  [propertyKey(caldav, "calendar-description"), ofCalendar(({ store }) => optional(store.properties.description))],
  [propertyKey(caldav, "calendar-timezone"), ofCalendar(({ store }) => optional(store.properties.timeZone))],
  [propertyKey(appleIcal, "calendar-color"), ofCalendar(({ store }) => optional(store.properties.color))],
]);

/** The properties that `allprop` answers: cheap and always sensible (RFC 4918 section 9.1). */
export const commonProperties: readonly (readonly [string, string])[] = [
  [dav, "resourcetype"],
  [dav, "displayname"],
  [dav, "getetag"],
  [dav, "getcontenttype"],
  [dav, "getcontentlength"],
];

/** The names of all properties that the resource has, for `propname`. */
export function propertyNames(resource: Resource, state: CaldavState, requester: UserState): [string, string][] {
  const names: [string, string][] = [];
  for (const [key, write] of writers) {
    const [namespace = "", name = ""] = key.split(" ");
    if (write(resource, state, requester) !== null) names.push([namespace, name]);
  }
  return names;
}

/** Writes one property, or `null` where it is unknown to the server or absent on this resource. */
export function writeProperty(
  namespace: string,
  name: string,
  resource: Resource,
  state: CaldavState,
  requester: UserState,
): string | null {
  const content = writers.get(propertyKey(namespace, name))?.(resource, state, requester) ?? null;
  return content === null ? null : element(namespace, name, content);
}

/** Where a resource lives. Collections end with a slash. */
export function pathOf(resource: Resource): string {
  switch (resource.kind) {
    case "principal":
      return principalPath(resource.user);
    case "home":
      return homePath(resource.user);
    case "calendar":
      return calendarPath(resource.user, resource.name);
    case "member":
      return calendarPath(resource.user, resource.calendar) + encodeSegment(resource.name);
    default:
      return rootPath;
  }
}
