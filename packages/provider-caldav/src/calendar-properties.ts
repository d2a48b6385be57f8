import { Secret, type CalendarSubscription, type RemoteCalendar } from "@kalends/model";
import { childrenOf, type XmlElement } from "@kalends/transport";
import { calendarZone } from "./calendar-zone.ts";
import { davNamespaces as ns } from "./dav-names.ts";
import { lastSegment } from "./href.ts";
import { property, propertyHrefs, propertyText, type DavResponse } from "./multistatus.ts";

/** A calendar that can hold events, or `null` for everything else that lies in a calendar home. */
export function readCalendarProperties(response: DavResponse, key: string, wire: string): RemoteCalendar | null {
  if (!holdsEvents(response) || isSetAside(response)) return null;
  const privileges = privilegesOf(response);
  if (privileges !== null && privileges.has("read-free-busy") && !privileges.has("read") && !privileges.has("all")) return null;
  const hints: Record<string, string> = { sync: syncSupport(response) };
  if (wire !== key) hints["href"] = wire;
  return {
    remoteKey: key,
    name: nameOf(response, wire),
    color: readColor(propertyText(response, ns.appleIcal, "calendar-color")),
    timeZone: calendarZone(propertyText(response, ns.caldav, "calendar-timezone-id"), propertyText(response, ns.caldav, "calendar-timezone")),
    readOnly: privileges !== null && !["write", "write-content", "bind", "all"].some((privilege) => privileges.has(privilege)),
    hints,
  };
}

/**
 * A feed that the user follows there (`CS:subscribed` with its `CS:source`), or `null` for everything else. Servers hand out a copy of it under
 * conditions of their own, or nothing at all, so that the source is what is to be read.
 */
export function readSubscription(response: DavResponse, key: string, wire: string): CalendarSubscription | null {
  if (!hasType(response, ns.calendarServer, "subscribed") || isSetAside(response)) return null;
  const [href] = propertyHrefs(response, ns.calendarServer, "source", "https://localhost/");
  const source = (href?.text ?? propertyText(response, ns.calendarServer, "source") ?? "").trim();
  const isAddress = /^(?:https?|webcals?):\/\//i.test(source) && URL.canParse(source);
  const color = readColor(propertyText(response, ns.appleIcal, "calendar-color"));
  return { remoteKey: key, name: nameOf(response, wire), color, source: isAddress ? new Secret(source) : null };
}

function hasType(response: DavResponse, namespace: string, name: string): boolean {
  return property(response, ns.dav, "resourcetype")?.children.some((type) => type.namespace === namespace && type.name === name) === true;
}

function nameOf(response: DavResponse, wire: string): string {
  const name = readName(propertyText(response, ns.dav, "displayname"));
  return name === null || name.trim() === "" ? lastSegment(wire) : name;
}

function holdsEvents(response: DavResponse): boolean {
  if (!hasType(response, ns.caldav, "calendar")) return false;
  // SOGo's outbox is the default calendar, so only the inbox and subscriptions are left out by type.
  if (hasType(response, ns.caldav, "schedule-inbox") || hasType(response, ns.calendarServer, "subscribed")) return false;
  const components = property(response, ns.caldav, "supported-calendar-component-set");
  const kinds = components === null ? [] : childrenOf(components, ns.caldav, "comp").map((comp) => (comp.attributes.get("name") ?? "").toUpperCase());
  return kinds.length === 0 || kinds.includes("VEVENT");
}

/** Nextcloud keeps deleted calendars in the home, marked with the time of deletion. */
function isSetAside(response: DavResponse): boolean {
  return (propertyText(response, ns.nextcloud, "deleted-at") ?? "").trim() !== "";
}

/** Names of granted privileges, aggregated ones included; `null` where the server does not tell. */
function privilegesOf(response: DavResponse): Set<string> | null {
  const granted = property(response, ns.dav, "current-user-privilege-set");
  if (granted === null) return null;
  const names = granted.children.flatMap((privilege) => privilege.children.map((name) => name.name));
  return names.length === 0 ? null : new Set(names);
}

/** Where no report set is told (Xandikos), only trying tells. One server names the report in CalDAV's namespace, so the local name counts. */
function syncSupport(response: DavResponse): "yes" | "no" | "unknown" {
  const reports = property(response, ns.dav, "supported-report-set");
  if (reports === null || reports.children.length === 0) return "unknown";
  return reports.children.some((supported) => hasDescendant(supported, "sync-collection")) ? "yes" : "no";
}

function hasDescendant(element: XmlElement, name: string): boolean {
  return element.name === name || element.children.some((inner) => hasDescendant(inner, name));
}

/** DAViCal escapes names twice, so that `A & B` arrives as `A &amp; B`. Nobody types the five names of XML into a calendar's name. */
function readName(text: string | null): string | null {
  const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text === null ? null : text.replace(/&(amp|lt|gt|quot|apos);/g, (whole, name: string) => named[name] ?? whole);
}

/** `#RRGGBB`, lower-case; an alpha part is dropped. Other spellings count as no colour. */
function readColor(text: string | null): string | null {
  const hex = /^#([0-9a-f]{6})(?:[0-9a-f]{2})?$/i.exec((text ?? "").trim());
  return hex === null ? null : `#${(hex[1] ?? "").toLowerCase()}`;
}
