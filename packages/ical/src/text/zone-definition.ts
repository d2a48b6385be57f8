import type { ZoneDefinition, ZoneObservance } from "@kalends/model";
import { readRule } from "../recurrence/read-rule.ts";
import { resolveZone } from "../zones/resolve-zone.ts";
import type { ComponentDraft } from "./calendar-reader.ts";
import type { ParseLimits } from "./parse-limits.ts";
import { readTimeValue } from "./time-value.ts";
import type { WarningList } from "./warning-list.ts";

/** What the VTIMEZONEs of one VCALENDAR say about the ids that IANA does not know. */
export interface CalendarZones {
  definitions: Map<string, ZoneDefinition>;
  /** IANA zone that X-LIC-LOCATION names for an id. */
  locations: Map<string, string>;
}

/** Seconds east of UTC of a UTC-OFFSET value (RFC 5545 section 3.3.14); `null` where it is none. */
function utcOffset(value: string): number | null {
  const match = /^\s*([+-])(\d\d):?([0-5]\d):?([0-5]\d)?\s*$/.exec(value);
  if (match === null || Number(match[2]) > 23) return null;
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
  return match[1] === "-" && seconds !== 0 ? -seconds : seconds;
}

function valueOf(draft: ComponentDraft, name: string): string | undefined {
  return draft.properties.find((property) => property.name === name)?.value;
}

function localTime(value: string): string | null {
  const time = readTimeValue(value, undefined, () => null);
  if (time === null) return null;
  return time.kind === "date" ? `${time.value}T00:00:00` : time.value;
}

/** One STANDARD or DAYLIGHT; `null` where its start or offsets cannot be read, or its rule cannot be used. */
function observanceOf(draft: ComponentDraft, most: number): ZoneObservance | null {
  const start = localTime(valueOf(draft, "DTSTART") ?? "");
  const offsetFrom = utcOffset(valueOf(draft, "TZOFFSETFROM") ?? "");
  const offsetTo = utcOffset(valueOf(draft, "TZOFFSETTO") ?? "");
  if (start === null || offsetFrom === null || offsetTo === null) return null;
  const observance: ZoneObservance = { start, offsetFrom, offsetTo };
  const rule = valueOf(draft, "RRULE")?.trim();
  if (rule !== undefined) {
    if (readRule(rule).rule === null) return null;
    observance.rule = rule;
  }
  const dates: string[] = [];
  for (const property of draft.properties) {
    if (property.name !== "RDATE") continue;
    for (const value of property.value.split(",", most - dates.length)) {
      const date = localTime(value.split("/", 1)[0] ?? "");
      if (date === null) return null;
      dates.push(date);
    }
  }
  if (dates.length > 0) observance.dates = dates;
  return observance;
}

/** Reads the VTIMEZONEs whose ids IANA does not know. One with a part that cannot be read is not used, with a warning. */
export function calendarZones(drafts: readonly ComponentDraft[], limits: ParseLimits, warnings: WarningList): CalendarZones {
  const zones: CalendarZones = { definitions: new Map(), locations: new Map() };
  for (const draft of drafts) {
    warnings.addAll(draft.warnings);
    const tzid = valueOf(draft, "TZID")?.trim() ?? "";
    if (tzid !== "" && resolveZone(tzid) !== null) continue;
    const location = resolveZone(valueOf(draft, "X-LIC-LOCATION") ?? "");
    if (tzid !== "" && location !== null) {
      zones.locations.set(tzid, location);
      continue;
    }
    const tooMany = draft.children.length > limits.maxObservances;
    const observances = tooMany ? [] : draft.children.map((child) => observanceOf(child, limits.maxObservances));
    const usable = observances.filter((observance) => observance !== null);
    if (tzid === "" || tzid.length > 255 || usable.length === 0 || usable.length < observances.length) {
      warnings.add({
        code: "zone-invalid",
        property: "VTIMEZONE",
        line: draft.line,
        message: "a time zone definition that cannot be used was ignored",
      });
    } else if (!zones.definitions.has(tzid)) zones.definitions.set(tzid, { tzid, observances: usable });
  }
  return zones;
}
