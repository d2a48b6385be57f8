import { writeCalendar } from "@kalends/ical";
import { KalendsError, type CalendarObject } from "@kalends/model";
import { componentsOf, isComponent, linesOf, readComponents, replaceLines, setLine, valueOf, type Component } from "./component.ts";
import type { ContentLine } from "./content-line.ts";
import { mergePeople } from "./merge-people.ts";

/** Lines that a change of content never touches, or that are set by rule. */
const notCompared: ReadonlySet<string> = new Set(["UID", "DTSTAMP", "RECURRENCE-ID", "CREATED", "LAST-MODIFIED"]);

/** Names that say one thing: where it changes, all of them make room for the new line. */
const sameMeaning: readonly (readonly string[])[] = [
  ["DTEND", "DURATION"],
  ["CONFERENCE", "X-GOOGLE-CONFERENCE"],
  ["X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-INTENDEDSTATUS", "BUSYSTATUS"],
];

/**
 * Carries a change of one object over to the server's own text. `before` is what the text was read as, `after` what it is to say. Only lines
 * that tell the two apart are written anew; unknown properties, parameters, alarms, other UIDs and the server's own spelling stay.
 * `stamp`: the time of the change, `YYYYMMDDTHHMMSSZ`.
 */
export function mergeCalendar(text: string, before: CalendarObject, after: CalendarObject, stamp: string): Component[] {
  const server = readComponents(text);
  const calendar = server?.find((component) => component.name === "VCALENDAR" && eventsOf(component, before.uid).size > 0);
  const old = readComponents(writeCalendar([before]))?.[0];
  const wanted = readComponents(writeCalendar([after]))?.[0];
  if (server === null || calendar === undefined || old === undefined || wanted === undefined) {
    throw new KalendsError("object-invalid", "The server's own text of the item cannot be taken apart");
  }
  const existing = eventsOf(calendar, before.uid);
  const oldEvents = eventsOf(old, before.uid);
  const wantedEvents = eventsOf(wanted, after.uid);
  for (const [key, event] of wantedEvents) {
    const own = existing.get(key);
    const was = oldEvents.get(key);
    if (own === undefined || was === undefined) addEvent(calendar, event, stamp);
    else if (mergeEvent(own, was, event)) restamp(own, stamp);
  }
  for (const [key, event] of existing) {
    if (oldEvents.has(key) && !wantedEvents.has(key)) calendar.parts.splice(calendar.parts.indexOf(event), 1);
  }
  addZones(calendar, wanted);
  return server;
}

/** The VEVENTs of one UID by original start; the master's key is the empty text. */
function eventsOf(calendar: Component, uid: string): Map<string, Component> {
  const events = new Map<string, Component>();
  for (const event of componentsOf(calendar, "VEVENT")) {
    const key = (valueOf(event, "RECURRENCE-ID") ?? "").trim();
    if (valueOf(event, "UID")?.trim() === uid.trim() && !events.has(key)) events.set(key, event);
  }
  return events;
}

/** `true`: something was changed. */
function mergeEvent(own: Component, before: Component, after: Component): boolean {
  const done = new Set<string>();
  let changed = false;
  for (const name of [...linesOf(before), ...linesOf(after)].map((line) => line.name)) {
    const names = sameMeaning.find((group) => group.includes(name)) ?? [name];
    if (done.has(name) || notCompared.has(name)) continue;
    for (const each of names) done.add(each);
    const isMeant = (line: ContentLine): boolean => names.includes(line.name);
    const [old, wanted] = [linesOf(before).filter(isMeant), linesOf(after).filter(isMeant)];
    if (textOf(old) === textOf(wanted)) continue;
    const people = name === "ATTENDEE" || name === "ORGANIZER";
    replaceLines(own, isMeant, people ? mergePeople(linesOf(own).filter(isMeant), old, wanted) : wanted);
    changed = true;
  }
  return changed;
}

function addEvent(calendar: Component, event: Component, stamp: string): void {
  setLine(event, "DTSTAMP", stamp);
  const last = calendar.parts.findLastIndex((part) => isComponent(part) && part.name === "VEVENT");
  calendar.parts.splice(last + 1, 0, event);
}

function restamp(event: Component, stamp: string): void {
  setLine(event, "DTSTAMP", stamp);
  setLine(event, "LAST-MODIFIED", stamp);
}

/** A TZID needs its VTIMEZONE in the same text (RFC 5545 section 3.2.19); one that is there stays as it is. */
function addZones(calendar: Component, wanted: Component): void {
  const there = new Set(componentsOf(calendar, "VTIMEZONE").map((zone) => valueOf(zone, "TZID")?.trim()));
  const missing = componentsOf(wanted, "VTIMEZONE").filter((zone) => !there.has(valueOf(zone, "TZID")?.trim()) && isUsed(calendar, valueOf(zone, "TZID")));
  const first = calendar.parts.findIndex((part) => isComponent(part) && part.name === "VEVENT");
  calendar.parts.splice(Math.max(0, first), 0, ...missing);
}

function isUsed(calendar: Component, tzid: string | null): boolean {
  const marks = [`TZID=${tzid ?? ""}`, `TZID="${tzid ?? ""}"`];
  return componentsOf(calendar, "VEVENT").some((event) => linesOf(event).some((line) => line.parameters.some((parameter) => marks.includes(parameter))));
}

function textOf(lines: readonly ContentLine[]): string {
  return lines.map((line) => line.raw).join("");
}
