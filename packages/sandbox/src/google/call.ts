import type { AccessRole, CalendarStore } from "./calendars/calendar-store.ts";
import type { GoogleRequest } from "./answer.ts";
import { badBody, GoogleRefused, notFound } from "./google-refused.ts";
import { settleConferences } from "./events/settle-conferences.ts";
import type { Caller, GoogleState } from "./google-state.ts";
import type { Query } from "./query.ts";

/** One call of the API after the caller was found. */
export interface Call {
  state: GoogleState;
  caller: Caller;
  request: GoogleRequest;
  query: Query;
  /** Decoded parts of the path, in order. */
  params: readonly string[];
}

const roles: readonly AccessRole[] = ["freeBusyReader", "reader", "writer", "owner"];

export function atLeast(role: AccessRole, least: AccessRole): boolean {
  return roles.indexOf(role) >= roles.indexOf(least);
}

/** The calendar that the path names, if the caller may do that much in it. A hidden one is answered as a missing one. */
export function calendarOf(call: Call, id: string, least: AccessRole): { calendar: CalendarStore; role: AccessRole } {
  const calendar = call.state.calendars.get(id === "primary" ? call.caller.user.email : id);
  const role = calendar?.access.get(call.caller.user.email);
  if (!calendar || !role) throw notFound();
  settleConferences(call.state, calendar);
  if (!atLeast(role, least)) {
    throw new GoogleRefused(403, { reason: "requiredAccessLevel", domain: "calendar", message: `You need to have ${least} access to this calendar.` });
  }
  return { calendar, role };
}

/** The body as an object. Refuses with 400 what is none. */
export function bodyOf(call: Call): Record<string, unknown> {
  if (!/^application\/json\b/i.test(call.request.headers.get("content-type") ?? "")) throw badBody("badRequest", "Bad Request");
  try {
    const body: unknown = JSON.parse(call.request.body);
    if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  } catch {
    // Refused below like any other text that is no object.
  }
  throw badBody("parseError", "Parse Error");
}
