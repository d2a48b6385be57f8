import { askedProperties } from "./answer-propfind.ts";
import { emptyAnswer, refusal, xmlAnswer, type Answer, type CaldavRequest } from "./answer.ts";
import type { CaldavState, UserState } from "./caldav-state.ts";
import type { StoredMember } from "./calendar-store.ts";
import { propertyResponse, resourceSource, statusResponse, type PropertySource } from "./propstat.ts";
import { matchCalendarFilter, readCalendarFilter } from "./calendar-filter.ts";
import { childOf, childrenOf, readXml, type XmlElement } from "./read-xml.ts";
import { calendarPath, encodeSegment, pathOfHref, resolveResource, type Resource } from "./resource-paths.ts";
import { readSyncToken, writeSyncToken } from "./sync-token.ts";
import { caldav, dav, element, escapeXml, xmlDocument } from "./write-xml.ts";

type CalendarResource = Resource & { kind: "calendar" };

/** Answers REPORT on a calendar: sync-collection (RFC 6578), calendar-multiget and calendar-query (RFC 4791 sections 7.8 and 7.9). */
export function answerReport(state: CaldavState, requester: UserState, resource: CalendarResource, request: CaldavRequest): Answer {
  const root = readXml(request.body);
  const name = `${root.namespace} ${root.name}`;
  if (name === `${dav} sync-collection` && state.features.syncCollection) return answerSync(state, requester, resource, root);
  if (name === `${caldav} calendar-multiget`) return answerMultiget(state, requester, resource, root);
  if (name === `${caldav} calendar-query`) return answerQuery(state, requester, resource, root, request.headers.get("depth") ?? "0");
  return refusal(403, dav, "supported-report");
}

/** The name of the report that a body asks for, for the request log; nothing of its content. */
export function reportName(body: string): string | null {
  return /<(?:[\w.-]+:)?([a-z][a-z-]*)[\s/>]/.exec(body)?.[1] ?? null;
}

function reportSource(state: CaldavState, requester: UserState, withData: boolean): PropertySource {
  const plain = resourceSource(state, requester);
  return (namespace, name, resource) => {
    if (namespace !== caldav || name !== "calendar-data") return plain(namespace, name, resource);
    if (!withData || resource.kind !== "member" || !resource.stored) return null;
    return element(caldav, "calendar-data", escapeXml(resource.stored.text));
  };
}

function memberWriter(resource: CalendarResource, root: XmlElement, source: PropertySource): (stored: StoredMember) => string {
  const prop = childOf(root, dav, "prop");
  const asked = prop ? askedProperties(prop) : [];
  const base = calendarPath(resource.user, resource.name);
  const { user, store, name: calendar } = resource;
  return (stored) => {
    const member = { kind: "member", user, calendar, store, name: stored.name, stored } as const;
    return propertyResponse(member, asked, source, base + encodeSegment(stored.name));
  };
}

function answerSync(state: CaldavState, requester: UserState, resource: CalendarResource, root: XmlElement): Answer {
  const { store, user, name } = resource;
  store.prune(state.clock.now() - state.tokenLifeMs);
  const tokenElement = childOf(root, dav, "sync-token");
  if (!tokenElement) return emptyAnswer(400);
  const token = tokenElement.text.trim();
  const position = token === "" ? null : readSyncToken(state, store, token);
  if (token !== "" && !position) return refusal(403, dav, "valid-sync-token");
  const asked = Number(childOf(childOf(root, dav, "limit"), dav, "nresults")?.text ?? Number.POSITIVE_INFINITY);
  if (!(asked > 0)) return emptyAnswer(400);
  const delta = store.since(position, Math.min(asked, state.syncPageSize));
  if (delta === "expired") return refusal(403, dav, "valid-sync-token");

  const write = memberWriter(resource, root, reportSource(state, requester, state.features.calendarDataInSync));
  const base = calendarPath(user, name);
  const parts = delta.changed.map((member) => write(member));
  for (const gone of delta.removed) parts.push(statusResponse(base + encodeSegment(gone), 404));
  if (delta.more) parts.push(statusResponse(base, 507, element(dav, "error", element(dav, "number-of-matches-within-limits"))));
  parts.push(element(dav, "sync-token", escapeXml(writeSyncToken(state, store, delta.position))));
  return xmlAnswer(207, xmlDocument("multistatus", parts.join("")));
}

function answerMultiget(state: CaldavState, requester: UserState, resource: CalendarResource, root: XmlElement): Answer {
  const write = memberWriter(resource, root, reportSource(state, requester, true));
  const parts: string[] = [];
  for (const { text } of childrenOf(root, dav, "href")) {
    const path = pathOfHref(text);
    const found = path === null ? null : resolveResource(state, path);
    const stored = found?.kind === "member" && found.store === resource.store ? found.stored : undefined;
    parts.push(stored ? write(stored) : statusResponse(path ?? text, 404));
  }
  return xmlAnswer(207, xmlDocument("multistatus", parts.join("")));
}

function answerQuery(state: CaldavState, requester: UserState, resource: CalendarResource, root: XmlElement, depth: string): Answer {
  const filter = readCalendarFilter(childOf(root, caldav, "filter"));
  if (filter === "unsupported") return refusal(403, caldav, "supported-filter");
  if (filter === "invalid") return refusal(403, caldav, "valid-filter");
  const parts: string[] = [];
  const write = memberWriter(resource, root, reportSource(state, requester, true));
  // A query with Depth 0 is about the collection itself, which no calendar filter matches; an absent header means 0 (RFC 4791 section 7.8).
  if (depth !== "0") {
    for (const member of resource.store.all()) if (matchCalendarFilter(filter, member.facts)) parts.push(write(member));
  }
  return xmlAnswer(207, xmlDocument("multistatus", parts.join("")));
}
