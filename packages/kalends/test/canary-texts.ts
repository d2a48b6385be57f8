import { dayText } from "./event-files.ts";

/** A text that stands nowhere else; with a space and a letter beyond ASCII, so that every escape changes it. */
export const canary = (kind: string): string => `Canäry ${kind} 7q`;

/** The same for places that take no such letters: host names, addresses, parameters. */
export const plainCanary = (kind: string): string => `canary-${kind}-7q`;

/** Every property of an event that can hold a text of a person, whether Kalends keeps it or not. */
const eventLines: readonly [kind: string, line: string][] = [
  ["title", `SUMMARY:${canary("title")}`],
  ["description", `DESCRIPTION:${canary("description")}`],
  ["rich description", `X-ALT-DESC;FMTTYPE=text/html:<p>${canary("rich description")}</p>`],
  ["styled description", `STYLED-DESCRIPTION;VALUE=TEXT:${canary("styled description")}`],
  ["place", `LOCATION:${canary("place")}`],
  ["place of Apple", `X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE=${plainCanary("place of Apple")}:geo:1,2`],
  ["categories", `CATEGORIES:Work,${canary("categories")}`],
  ["comment", `COMMENT:${canary("comment")}`],
  ["contact", `CONTACT:${canary("contact")}`],
  ["resources", `RESOURCES:${canary("resources")}`],
  ["link", `URL:https://example.test/${plainCanary("link")}`],
  ["attachment", `ATTACH:https://example.test/${plainCanary("attachment")}`],
  ["attachment inside", `ATTACH;ENCODING=BASE64;VALUE=BINARY:${Buffer.from(canary("attachment inside")).toString("base64")}`],
  ["conference", `CONFERENCE;VALUE=URI;LABEL=${plainCanary("conference label")}:https://meet.test/${plainCanary("conference")}`],
  ["image", `IMAGE;VALUE=URI:https://example.test/${plainCanary("image")}`],
  ["attendee", `ATTENDEE;CN=${plainCanary("attendee")};PARTSTAT=ACCEPTED:mailto:${plainCanary("attendee-address")}@example.test`],
  ["organizer", `ORGANIZER;CN=${plainCanary("organizer")};SENT-BY="mailto:${plainCanary("sent-by")}@example.test":mailto:${plainCanary("organizer-address")}@example.test`],
  ["request status", `REQUEST-STATUS:2.0;Success;${plainCanary("request status")}`],
  ["unknown property", `X-OF-SOMEBODY:${canary("unknown property")}`],
  ["unknown parameter", `X-PARAMETER;X-NOTE=${plainCanary("unknown parameter")}:1`],
];

const alarm = [
  "BEGIN:VALARM", "ACTION:EMAIL", "TRIGGER:-PT10M", `DESCRIPTION:${canary("alarm text")}`, `SUMMARY:${canary("alarm title")}`,
  `ATTENDEE:mailto:${plainCanary("alarm-address")}@example.test`, "END:VALARM",
];

const calendar = (lines: readonly string[]): string =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//another client//EN", `X-WR-CALDESC:${canary("feed description")}`, ...lines, "END:VCALENDAR", ""].join("\r\n");

/** A series with an override, and with everything that an event can hold. */
export function canaryEvent(uid: string): string {
  const zone = "TZID=Europe/Berlin";
  return calendar([
    "BEGIN:VEVENT", `UID:${uid}`, "DTSTAMP:20261101T000000Z", `DTSTART;${zone}:${dayText(20)}T090000`, `DTEND;${zone}:${dayText(20)}T100000`, "RRULE:FREQ=WEEKLY;COUNT=4",
    ...eventLines.map(([, line]) => line), ...alarm, "END:VEVENT",
    "BEGIN:VEVENT", `UID:${uid}`, "DTSTAMP:20261101T000000Z", `RECURRENCE-ID;${zone}:${dayText(27)}T090000`, `DTSTART;${zone}:${dayText(27)}T110000`,
    `SUMMARY:${canary("title of an override")}`, `DESCRIPTION:${canary("description of an override")}`, "END:VEVENT",
  ]);
}

/** Cannot be read, so it is set aside. */
export function brokenEvent(uid: string): string {
  return calendar(["BEGIN:VEVENT", `UID:${uid}`, `SUMMARY:${canary("title of a broken event")}`, `DTSTART:${plainCanary("broken start")}`, "END:VEVENT"]);
}

/** Lies outside of every window, so nothing of it is kept. */
export function farEvent(uid: string): string {
  return calendar(["BEGIN:VEVENT", `UID:${uid}`, "DTSTART:20400101T090000Z", "DTEND:20400101T100000Z", `SUMMARY:${canary("title far away")}`, "END:VEVENT"]);
}

/** A private event, and one that will be gone. */
export function privateEvent(uid: string): string {
  return calendar([
    "BEGIN:VEVENT", `UID:${uid}`, "CLASS:PRIVATE", `DTSTART:${dayText(22)}T090000Z`, `DTEND:${dayText(22)}T100000Z`, `SUMMARY:${canary("private title")}`, "END:VEVENT",
  ]);
}

const plainKinds = [
  "place of Apple", "link", "attachment", "conference", "conference label", "image", "attendee", "attendee-address", "organizer", "organizer-address", "sent-by",
  "request status", "unknown parameter", "alarm-address", "broken start",
];

/** Every canary that events bring in. */
export const eventCanaries: readonly string[] = [
  ...eventLines.map(([kind]) => kind).filter((kind) => !plainKinds.includes(kind)).map(canary),
  ...plainKinds.map(plainCanary),
  ...["alarm text", "alarm title", "feed description", "title of an override", "description of an override", "title of a broken event", "title far away", "private title"].map(canary),
];
