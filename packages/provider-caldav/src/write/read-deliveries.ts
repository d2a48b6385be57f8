import { calendarAddress, parseCalendar } from "@kalends/ical";
import type { DeliveryStatus, EventTime } from "@kalends/model";
import { componentsOf, linesOf, readComponents, valueOf, writeComponents, type Component } from "./component.ts";
import { parameterName, type ContentLine } from "./content-line.ts";
import { outcomeOf, readDeliveryCodes } from "./delivery-codes.ts";

const parameter = "SCHEDULE-STATUS";

/** What a server's own text says became of the messages about one object (RFC 6638 section 7.3). */
export function readDeliveries(text: string, uid: string): DeliveryStatus[] {
  return (readComponents(text) ?? []).flatMap((calendar) => {
    const own = componentsOf(calendar, "VEVENT").filter((event) => valueOf(event, "UID")?.trim() === uid.trim());
    return own.flatMap((event) => ofEvent(calendar, event));
  });
}

function ofEvent(calendar: Component, event: Component): DeliveryStatus[] {
  const told = linesOf(event).flatMap((line) => ofPerson(line) ?? []);
  if (told.length === 0 || valueOf(event, "RECURRENCE-ID") === null) return told;
  const recurrenceId = originalStart(calendar, event);
  return recurrenceId === null ? told : told.map((status) => ({ ...status, recurrenceId }));
}

function ofPerson(line: ContentLine): DeliveryStatus | null {
  if (line.name !== "ATTENDEE" && line.name !== "ORGANIZER") return null;
  const status = line.parameters.find((each) => parameterName(each) === parameter);
  const codes = status === undefined ? [] : readDeliveryCodes(status.slice(parameter.length + 1));
  const address = addressOf(line);
  if (codes.length === 0 || address === null) return null;
  return { address, to: line.name === "ATTENDEE" ? "attendee" : "organizer", codes, outcome: outcomeOf(codes) };
}

/** As objects name the person: a principal's path gives way to the EMAIL beside it. */
function addressOf({ value, parameters }: ContentLine): string | null {
  const own = calendarAddress(value);
  const email = parameters.find((each) => parameterName(each) === "EMAIL")?.slice("EMAIL=".length) ?? "";
  return own === null || own.includes("@") ? own : (calendarAddress(email.replace(/^"|"$/g, "")) ?? own);
}

/** Read the way that every object is read, so that it compares equal with the override's own. */
function originalStart(calendar: Component, event: Component): EventTime | null {
  const alone: Component = { ...calendar, parts: [...componentsOf(calendar, "VTIMEZONE"), event] };
  const { objects } = parseCalendar(writeComponents([alone]), { remoteKey: "", revision: null });
  return objects[0]?.events[0]?.recurrenceId ?? null;
}

/** The server has somebody to send a message to. */
export function namesPeople(text: string): boolean {
  return (readComponents(text) ?? []).some((calendar) => componentsOf(calendar, "VEVENT").some((event) => valueOf(event, "ATTENDEE") !== null));
}
