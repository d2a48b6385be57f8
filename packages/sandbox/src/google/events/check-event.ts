import type { EventBody } from "../wire.ts";
import { badBody } from "../google-refused.ts";

const statuses = ["confirmed", "tentative", "cancelled"];
const visibilities = ["default", "public", "private", "confidential"];
const transparencies = ["opaque", "transparent"];
const responses = ["needsAction", "declined", "tentative", "accepted"];
const types = ["default", "outOfOffice", "focusTime", "workingLocation", "birthday"];
const propertiesOf: Record<string, string> = {
  outOfOffice: "outOfOfficeProperties",
  focusTime: "focusTimeProperties",
  workingLocation: "workingLocationProperties",
  birthday: "birthdayProperties",
};

/** Refuses with 400 what Google takes in no event: wrong words, attendees without address, properties of another event type. */
export function checkFields(body: EventBody): void {
  oneOf(body, "status", statuses);
  oneOf(body, "visibility", visibilities);
  oneOf(body, "transparency", transparencies);
  if (body["sequence"] !== undefined && !Number.isInteger(body["sequence"])) throw badBody("invalid", "Invalid value for: sequence");
  const { attendees } = body;
  if (attendees === undefined) return;
  if (!Array.isArray(attendees)) throw badBody("invalid", "Invalid value for: attendees");
  for (const attendee of attendees as unknown[]) {
    const { email, responseStatus } = (attendee ?? {}) as Record<string, unknown>;
    if (typeof email !== "string" || !/^[^\s@]+@[^\s@]+$/.test(email)) throw badBody("invalid", "Invalid attendee email.");
    if (responseStatus !== undefined && !responses.includes(String(responseStatus))) throw badBody("invalid", "Invalid value for: responseStatus");
  }
}

/** Refuses with 400 what does not fit the event's type (guides/event-types). */
export function checkEventType(body: EventBody, context: { type: string; isPrimary: boolean; allDay: boolean }): void {
  const { type, isPrimary, allDay } = context;
  if (!types.includes(type)) throw badBody("eventTypeRestriction", "This event type cannot be created.");
  for (const [other, field] of Object.entries(propertiesOf)) {
    if (other !== type && body[field] !== undefined) throw badBody("malformedEventTypeProperties", `${field} may only be set on events of type ${other}.`);
  }
  if (type === "default") return;
  const refuse = (message: string): Error => badBody("eventTypeRestriction", message);
  if (!isPrimary) throw refuse("This event type may only be created on a primary calendar.");
  if (type === "outOfOffice" || type === "focusTime") {
    if (allDay) throw refuse("An event of this type must not be all-day.");
    if (body["transparency"] === "transparent") throw refuse("An event of this type must be opaque.");
  }
  if (type === "workingLocation") {
    if (body["workingLocationProperties"] === undefined) throw badBody("malformedWorkingLocationEvent", "workingLocationProperties is required.");
    if (body["visibility"] !== "public" || body["transparency"] !== "transparent") throw badBody("malformedWorkingLocationEvent", "A working location must be public and transparent.");
  }
  if (type === "birthday") {
    const yearly = Array.isArray(body["recurrence"]) && /FREQ=YEARLY/.test(String(body["recurrence"][0]));
    if (!allDay || !yearly) throw refuse("A birthday must be all-day with a yearly recurrence.");
    if (body["visibility"] !== "private" || body["transparency"] !== "transparent") throw refuse("A birthday must be private and transparent.");
  }
}

function oneOf(body: EventBody, field: string, values: readonly string[]): void {
  const value = body[field];
  if (value !== undefined && !values.includes(String(value))) throw badBody("invalid", `Invalid value for: ${field}`);
}
