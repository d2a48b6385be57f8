import { answerDelete, answerGet, answerPut } from "./answer-member.ts";
import { answerPropfind } from "./answer-propfind.ts";
import { answerMkcalendar, answerProppatch } from "./answer-proppatch.ts";
import { answerReport } from "./answer-report.ts";
import { emptyAnswer, refusal, type Answer, type CaldavRequest } from "./answer.ts";
import type { CaldavState, UserState } from "./caldav-state.ts";
import { XmlRefused } from "./read-xml.ts";
import { resolveResource, rootPath, type Resource } from "./resource-paths.ts";
import { dav } from "./write-xml.ts";

const davHeader = "1, 3, access-control, calendar-access";
const methods = "OPTIONS, GET, HEAD, PUT, DELETE, PROPFIND, PROPPATCH, REPORT, MKCALENDAR";
const challenge = 'Basic realm="Kalends sandbox", charset="UTF-8"';

/** Answers one request. Nothing here waits: an answer is one step, so no request ever sees half of another one. */
export function answerRequest(state: CaldavState, request: CaldavRequest): Answer {
  if (request.path === "/.well-known/caldav") {
    return state.features.wellKnown ? emptyAnswer(301, { location: rootPath }) : emptyAnswer(404);
  }
  if (request.method === "OPTIONS") return emptyAnswer(204, { dav: davHeader, allow: methods });
  const requester = findRequester(state, request);
  if (!requester) return emptyAnswer(401, { "www-authenticate": challenge });
  const resource = resolveResource(state, request.path);
  if ("user" in resource && resource.user !== requester) return refusal(403, dav, "need-privileges");
  try {
    return answerOn(state, requester, resource, request);
  } catch (thrown) {
    if (thrown instanceof XmlRefused) return emptyAnswer(400);
    throw thrown;
  }
}

/** The user whose name and password the request carries, if they are right. */
export function findRequester(state: CaldavState, request: CaldavRequest): UserState | null {
  const match = /^basic\s+([A-Za-z0-9+/=]+)\s*$/i.exec(request.headers.get("authorization") ?? "");
  const [name, ...rest] = Buffer.from(match?.[1] ?? "", "base64").toString("utf8").split(":");
  const user = state.users.get(name ?? "");
  return user && rest.length > 0 && user.password === rest.join(":") ? user : null;
}

function answerOn(state: CaldavState, requester: UserState, resource: Resource, request: CaldavRequest): Answer {
  if (request.method === "MKCALENDAR") return answerMkcalendar(state, resource, request);
  if (resource.kind === "missing-calendar") return emptyAnswer(404);
  if (resource.kind === "nothing") return emptyAnswer(request.method === "PUT" ? 409 : 404);
  if (resource.kind === "member") return answerOnMember(state, requester, resource, request);
  switch (request.method) {
    case "PROPFIND":
      return answerPropfind(state, requester, resource, request);
    case "PROPPATCH":
      return resource.kind === "calendar" ? answerProppatch(resource, request) : refusal(403, dav, "cannot-modify-protected-property");
    case "REPORT":
      return resource.kind === "calendar" ? answerReport(state, requester, resource, request) : refusal(403, dav, "supported-report");
    case "DELETE":
      return resource.kind === "calendar" ? deleteCalendar(resource) : emptyAnswer(403);
    default:
      return emptyAnswer(405, { allow: methods });
  }
}

function answerOnMember(state: CaldavState, requester: UserState, resource: Resource & { kind: "member" }, request: CaldavRequest): Answer {
  switch (request.method) {
    case "GET":
    case "HEAD":
      return answerGet(resource, request);
    case "PUT":
      return answerPut(state, resource, request);
    case "DELETE":
      return answerDelete(state, resource, request);
    case "PROPFIND":
      return resource.stored ? answerPropfind(state, requester, resource, request) : emptyAnswer(404);
    default:
      return resource.stored ? emptyAnswer(405, { allow: "GET, HEAD, PUT, DELETE, PROPFIND" }) : emptyAnswer(404);
  }
}

function deleteCalendar(resource: Resource & { kind: "calendar" }): Answer {
  if (resource.store.properties.readOnly) return refusal(403, dav, "need-privileges");
  resource.user.calendars.delete(resource.name);
  return emptyAnswer(204);
}
