import { assertZone } from "@kalends/ical";
import { emptyAnswer, jsonAnswer, type Answer } from "../answer.ts";
import { bodyOf, calendarOf, type Call } from "../call.ts";
import { badBody, GoogleRefused } from "../google-refused.ts";
import { randomText } from "../random-text.ts";
import type { CalendarStore } from "./calendar-store.ts";
import { dropCalendar, makeCalendar } from "./make-calendar.ts";
import { touchEntry } from "./touch-entry.ts";

/** `calendars.get` */
export function getCalendar(call: Call): Answer {
  return present(calendarOf(call, call.params[0] ?? "", "freeBusyReader").calendar);
}

/** `calendars.insert` */
export function insertCalendar(call: Call): Answer {
  const body = bodyOf(call);
  if (typeof body["summary"] !== "string" || body["summary"] === "") throw badBody("required", "Missing title.");
  const id = `${Buffer.from(randomText(call.state.random, 20)).toString("hex").slice(0, 40)}@group.calendar.google.com`;
  return present(makeCalendar(call.state, call.caller.user, id, { summary: body["summary"], ...detailsOf(body) }));
}

/** `calendars.patch` and `calendars.update` */
export function patchCalendar(call: Call): Answer {
  const { calendar } = calendarOf(call, call.params[0] ?? "", "owner");
  const body = bodyOf(call);
  Object.assign(calendar.details, detailsOf(body), typeof body["summary"] === "string" ? { summary: body["summary"] } : {});
  for (const user of call.state.users.values()) {
    const entry = user.list.get(calendar.id);
    if (entry) touchEntry(call.state, user, entry);
  }
  return present(calendar);
}

/** `calendars.delete` */
export function deleteCalendar(call: Call): Answer {
  const { calendar } = calendarOf(call, call.params[0] ?? "", "owner");
  if (calendar.id === calendar.owner) throw new GoogleRefused(400, { reason: "cannotDeletePrimaryCalendar", message: "Cannot delete a primary calendar." });
  dropCalendar(call.state, calendar);
  return emptyAnswer(204);
}

function detailsOf(body: Record<string, unknown>): Record<string, string> {
  const details: Record<string, string> = {};
  for (const field of ["description", "location"]) if (typeof body[field] === "string") details[field] = body[field];
  if (body["timeZone"] === undefined) return details;
  try {
    assertZone(String(body["timeZone"]));
  } catch {
    throw badBody("invalid", "Invalid time zone.");
  }
  return { ...details, timeZone: String(body["timeZone"]) };
}

function present(calendar: CalendarStore): Answer {
  const conferenceProperties = { allowedConferenceSolutionTypes: ["hangoutsMeet"] };
  return jsonAnswer(200, { kind: "calendar#calendar", etag: calendar.etag, id: calendar.id, ...calendar.details, conferenceProperties });
}
