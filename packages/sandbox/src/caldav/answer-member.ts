import { calendarType, emptyAnswer, refusal, type Answer, type CaldavRequest } from "./answer.ts";
import type { CaldavState } from "./caldav-state.ts";
import { CalendarTextRefused, inspectCalendarText, type CalendarTextFacts } from "./inspect-calendar-text.ts";
import { sendInvitations } from "./send-invitations.ts";
import { calendarPath, encodeSegment, type Resource } from "./resource-paths.ts";
import { caldav, dav, element, escapeXml } from "./write-xml.ts";

type MemberResource = Resource & { kind: "member" };

/** Answers GET and HEAD of one calendar object. */
export function answerGet(resource: MemberResource, request: CaldavRequest): Answer {
  const { stored } = resource;
  if (!stored) return emptyAnswer(404);
  const headers = { "content-type": calendarType, etag: stored.etag };
  if (listsEtag(request.headers.get("if-none-match"), stored.etag)) return emptyAnswer(304, { etag: stored.etag });
  return { status: 200, headers, body: stored.text };
}

/** Answers PUT: the conditions of RFC 9110 section 13.1, then the preconditions of RFC 4791 section 5.3.2.1. */
export function answerPut(state: CaldavState, resource: MemberResource, request: CaldavRequest): Answer {
  const { store, name, stored } = resource;
  if (store.properties.readOnly) return refusal(403, dav, "need-privileges");
  if (failsCondition(request, stored?.etag)) return emptyAnswer(412);
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== undefined && type !== "text/calendar") return refusal(415, caldav, "supported-calendar-data");
  if (Buffer.byteLength(request.body) > state.maxObjectBytes) return refusal(403, caldav, "max-resource-size");
  let facts: CalendarTextFacts;
  try {
    facts = inspectCalendarText(request.body);
  } catch (thrown) {
    if (thrown instanceof CalendarTextRefused) return refusal(403, caldav, thrown.precondition);
    throw thrown;
  }
  if (!store.properties.components.includes(facts.component)) return refusal(403, caldav, "supported-calendar-component");
  const holder = store.nameOfUid(facts.uid);
  if (holder !== undefined && holder !== name) {
    const href = calendarPath(resource.user, resource.calendar) + encodeSegment(holder);
    return refusal(409, caldav, "no-uid-conflict", element(dav, "href", escapeXml(href)));
  }
  const text = state.features.scheduling && request.body !== stored?.text ? sendInvitations(state, resource.user, request.body) : request.body;
  const { etag } = store.put(name, text, facts, state.clock.now());
  // An ETag would say that the object is stored as it was sent (RFC 4791 section 5.3.4).
  return emptyAnswer(stored ? 204 : 201, state.features.etagOnPut && text === request.body ? { etag } : {});
}

/** Answers DELETE of one calendar object. */
export function answerDelete(state: CaldavState, resource: MemberResource, request: CaldavRequest): Answer {
  const { store, name, stored } = resource;
  if (store.properties.readOnly) return refusal(403, dav, "need-privileges");
  if (failsCondition(request, stored?.etag)) return emptyAnswer(412);
  return emptyAnswer(store.remove(name, state.clock.now()) ? 204 : 404);
}

function failsCondition(request: CaldavRequest, etag: string | undefined): boolean {
  const match = request.headers.get("if-match");
  const noneMatch = request.headers.get("if-none-match");
  if (match !== undefined && !listsEtag(match, etag)) return true;
  return noneMatch !== undefined && listsEtag(noneMatch, etag);
}

function listsEtag(header: string | undefined, etag: string | undefined): boolean {
  if (header === undefined || etag === undefined) return false;
  return header.split(",").some((item) => item.trim() === "*" || item.trim() === etag);
}
