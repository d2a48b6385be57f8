import { emptyAnswer, jsonAnswer, type Answer } from "../answer.ts";
import { bodyOf, calendarOf, type Call } from "../call.ts";
import type { CalendarStore } from "../calendars/calendar-store.ts";
import { badParameter, GoogleRefused, notFound } from "../google-refused.ts";
import { mergePatch } from "../merge-patch.ts";
import type { EventBody, EventResource } from "../wire.ts";
import { buildEvent } from "./build-event.ts";
import { changeEvent, removeEvent, type Author } from "./change-event.ts";
import { findEvent, type FoundEvent } from "./find-event.ts";
import { presentFor, viewOf } from "./list-events.ts";

/** `events.get` */
export function getEvent(call: Call): Answer {
  const { calendar, role } = calendarOf(call, call.params[0] ?? "", "freeBusyReader");
  const { event } = eventOf(call, calendar);
  if (call.request.headers.get("if-none-match") === event.etag) return emptyAnswer(304, { etag: event.etag });
  return jsonAnswer(200, presentFor(event, viewOf(call, calendar, role), role), { etag: event.etag });
}

/** `events.insert` */
export function insertEvent(call: Call): Answer {
  return insert(call, bodyOf(call), false);
}

/** `events.import` */
export function importEvent(call: Call): Answer {
  const body = bodyOf(call);
  if (typeof body["iCalUID"] !== "string") throw new GoogleRefused(400, { reason: "required", message: "Missing iCal UID." });
  return insert(call, body, true);
}

function insert(call: Call, body: EventBody, imported: boolean): Answer {
  const { calendar } = calendarOf(call, call.params[0] ?? "", "writer");
  const known = typeof body["iCalUID"] === "string" ? calendar.findUid(body["iCalUID"]) : undefined;
  const twin = typeof body["id"] === "string" ? calendar.find(body["id"]) : imported ? undefined : known;
  if (twin) throw new GoogleRefused(409, { reason: "duplicate", message: "The requested identifier already exists." });
  const before = imported ? (known ?? null) : null;
  return save(call, calendar, before, buildEvent(body, { ...writing(call, calendar, before), imported }));
}

/** `events.update` */
export function updateEvent(call: Call): Answer {
  const { calendar } = calendarOf(call, call.params[0] ?? "", "writer");
  const found = eventOf(call, calendar);
  assertMatch(call, found.event);
  return save(call, calendar, found.event, buildEvent(bodyOf(call), writing(call, calendar, found.event)), found.virtual);
}

/** `events.patch` */
export function patchEvent(call: Call): Answer {
  const { calendar } = calendarOf(call, call.params[0] ?? "", "writer");
  const found = eventOf(call, calendar);
  assertMatch(call, found.event);
  const patch = bodyOf(call);
  const event = buildEvent(mergePatch(found.event, patch), { ...writing(call, calendar, found.event), patched: true });
  if (event.status === "cancelled") {
    removeEvent(call.state, calendar, found, authorOf(call));
    return present(call, calendar, calendar.find(found.event.id) ?? event);
  }
  return save(call, calendar, found.event, event, found.virtual);
}

/** `events.delete` */
export function deleteEvent(call: Call): Answer {
  const { calendar } = calendarOf(call, call.params[0] ?? "", "writer");
  const found = eventOf(call, calendar);
  if (found.event.status === "cancelled") throw new GoogleRefused(410, { reason: "deleted", message: "Resource has been deleted" });
  assertMatch(call, found.event);
  removeEvent(call.state, calendar, found, authorOf(call));
  return emptyAnswer(204);
}

/** `events.move` */
export function moveEvent(call: Call): Answer {
  const { calendar } = calendarOf(call, call.params[0] ?? "", "writer");
  const target = calendarOf(call, call.query.text("destination") ?? "", "writer").calendar;
  const found = eventOf(call, calendar);
  const { event } = found;
  assertMatch(call, event);
  if (event.eventType !== "default") throw new GoogleRefused(400, { reason: "eventTypeRestriction", message: "Only default events can be moved." });
  if (event.recurringEventId !== undefined) throw new GoogleRefused(400, { reason: "cannotChangeOrganizerOfInstance", message: "Cannot change the organizer of an instance." });
  if (target === calendar) throw badParameter("destination", "The destination is the same calendar.");
  const body: EventBody = { ...event };
  delete body["iCalUID"];
  const author = authorOf(call);
  const moved = { ...buildEvent(body, { ...writing(call, target, null), before: null }), iCalUID: event.iCalUID, created: event.created };
  const exceptions = calendar.exceptionsOf(event.id);
  removeEvent(call.state, calendar, found, author);
  changeEvent(call.state, target, null, moved, author);
  for (const exception of exceptions) changeEvent(call.state, target, null, { ...exception, etag: moved.etag }, author);
  return present(call, target, moved);
}

function eventOf(call: Call, calendar: CalendarStore): FoundEvent {
  const found = findEvent(calendar, call.params[1] ?? "");
  if (!found) throw notFound();
  return found;
}

/** Refuses with 412 where the client saw another version (RFC 9110 section 13.1.1). */
function assertMatch(call: Call, event: EventResource): void {
  const wanted = call.request.headers.get("if-match");
  if (wanted === undefined || wanted === "*" || wanted.split(",").some((etag) => etag.trim() === event.etag)) return;
  throw new GoogleRefused(412, { reason: "conditionNotMet", message: "Precondition Failed", locationType: "header", location: "If-Match" });
}

function takesConference(call: Call): boolean {
  const version = call.query.oneOf("conferenceDataVersion", ["0", "1"]);
  return version === "1";
}

function writing(call: Call, calendar: CalendarStore, before: EventResource | null): Parameters<typeof buildEvent>[1] {
  return { state: call.state, calendar, author: call.caller.user, before, conference: takesConference(call) };
}

function authorOf(call: Call): Author {
  const all = call.query.flag("sendNotifications") === true;
  const asked = call.query.oneOf("sendUpdates", ["all", "externalOnly", "none"]);
  return { email: call.caller.user.email, sendUpdates: (asked ?? (all ? "all" : "none")) as Author["sendUpdates"] };
}

function save(call: Call, calendar: CalendarStore, before: EventResource | null, event: EventResource, virtual = false): Answer {
  changeEvent(call.state, calendar, virtual ? null : before, event, authorOf(call));
  return present(call, calendar, event);
}

function present(call: Call, calendar: CalendarStore, event: EventResource): Answer {
  const role = calendar.access.get(call.caller.user.email) ?? "reader";
  return jsonAnswer(200, presentFor(event, viewOf(call, calendar, role), role), { etag: event.etag });
}
