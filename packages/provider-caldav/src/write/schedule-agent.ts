import { componentsOf, isComponent, type Component } from "./component.ts";
import { parameterName, withParameters, type ContentLine } from "./content-line.ts";

/**
 * Says who tells attendees (RFC 6638 section 7.1): with `notify` the server, as is its custom; without it nobody but the caller, by
 * SCHEDULE-AGENT=CLIENT on every attendee and the organizer. SCHEDULE-AGENT=NONE is somebody's own decision and stays.
 */
export function setScheduleAgent(calendars: readonly Component[], notify: boolean): void {
  for (const event of calendars.flatMap((calendar) => componentsOf(calendar, "VEVENT"))) {
    event.parts = event.parts.map((part) => (isComponent(part) || (part.name !== "ATTENDEE" && part.name !== "ORGANIZER") ? part : withAgent(part, notify)));
  }
}

function withAgent(line: ContentLine, notify: boolean): ContentLine {
  const agent = line.parameters.find((parameter) => parameterName(parameter) === "SCHEDULE-AGENT")?.slice("SCHEDULE-AGENT=".length).toUpperCase();
  if (agent === "NONE" || (notify ? agent !== "CLIENT" : agent === "CLIENT")) return line;
  const others = line.parameters.filter((parameter) => !["SCHEDULE-AGENT", "SCHEDULE-FORCE-SEND"].includes(parameterName(parameter)));
  return withParameters(line, notify ? others : [...others, "SCHEDULE-AGENT=CLIENT"]);
}
