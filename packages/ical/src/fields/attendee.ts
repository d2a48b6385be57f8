import type { EventAttendee, Participation } from "@kalends/model";
import { parameter, type Property } from "../text/property.ts";
import { addressUri, nameParameter, personOf } from "./calendar-address.ts";
import { contentOf, type EventField } from "./event-field.ts";

const participations: ReadonlyMap<string, Participation> = new Map([
  ["ACCEPTED", "accepted"],
  ["DECLINED", "declined"],
  ["TENTATIVE", "tentative"],
  ["NEEDS-ACTION", "needs-action"],
  ["DELEGATED", "delegated"],
]);
const roles = new Map<string, NonNullable<EventAttendee["role"]>>([
  ["CHAIR", "chair"],
  ["REQ-PARTICIPANT", "required"],
  ["OPT-PARTICIPANT", "optional"],
  ["NON-PARTICIPANT", "non-participant"],
]);
const kinds = new Map<string, NonNullable<EventAttendee["kind"]>>([
  ["INDIVIDUAL", "individual"],
  ["GROUP", "group"],
  ["RESOURCE", "resource"],
  ["ROOM", "room"],
  ["UNKNOWN", "unknown"],
]);

function wordFor<T>(words: ReadonlyMap<string, T>, value: T | undefined): string | undefined {
  for (const [word, meaning] of words) if (meaning === value) return word;
  return undefined;
}

/** An unknown PARTSTAT counts as NEEDS-ACTION (RFC 5545 section 3.2.12). */
function attendeeOf(property: Property): EventAttendee | null {
  const person = personOf(property);
  if (person === null) return null;
  const participation = participations.get(parameter(property, "PARTSTAT")?.toUpperCase() ?? "") ?? "needs-action";
  const role = roles.get(parameter(property, "ROLE")?.toUpperCase() ?? "");
  const kind = kinds.get(parameter(property, "CUTYPE")?.toUpperCase() ?? "");
  const { address, name } = person;
  const attendee: EventAttendee = name === undefined ? { address, participation } : { address, name, participation };
  if (role !== undefined) attendee.role = role;
  if (kind !== undefined) attendee.kind = kind;
  if (parameter(property, "RSVP")?.toUpperCase() === "TRUE") attendee.rsvp = true;
  return attendee;
}

function lineOf(attendee: EventAttendee): string {
  const role = wordFor(roles, attendee.role);
  const kind = wordFor(kinds, attendee.kind);
  const parts = [
    nameParameter(attendee),
    kind === undefined ? "" : `;CUTYPE=${kind}`,
    role === undefined ? "" : `;ROLE=${role}`,
    `;PARTSTAT=${wordFor(participations, attendee.participation) ?? "NEEDS-ACTION"}`,
    attendee.rsvp === true ? ";RSVP=TRUE" : "",
  ];
  return `ATTENDEE${parts.join("")}:${addressUri(attendee)}`;
}

/** ATTENDEE (RFC 5545 section 3.8.4.1). The account holder's own PARTSTAT is also the event's participation. */
export const attendeeField: EventField = {
  names: ["ATTENDEE"],
  many: true,
  read: (property, event, context) => {
    const attendee = attendeeOf(property);
    if (attendee === null) {
      context.warn(property, "value-ignored", "an attendee without a usable address was ignored");
      return;
    }
    if (context.ownAddresses.has(attendee.address)) event.participation = attendee.participation;
    const attendees = (contentOf(event).attendees ??= []);
    if (attendees.length < context.limits.maxListEntries) attendees.push(attendee);
    else context.warn(property, "value-ignored", "an attendee beyond the limit was ignored");
  },
  write: ({ content }) => (content?.attendees ?? []).map(lineOf),
};
