import type { ZoneDefinition, ZoneObservance } from "@kalends/model";
import { escapeText } from "./text-value.ts";

function offsetText(seconds: number): string {
  const sign = seconds < 0 ? "-" : "+";
  const two = (value: number): string => String(value).padStart(2, "0");
  const size = Math.abs(seconds);
  const rest = size % 60 === 0 ? "" : two(size % 60);
  return `${sign}${two(Math.floor(size / 3600))}${two(Math.floor(size / 60) % 60)}${rest}`;
}

function compact(local: string): string {
  return local.replace(/[-:]/g, "");
}

function observanceLines(observance: ZoneObservance): string[] {
  const name = observance.offsetTo > observance.offsetFrom ? "DAYLIGHT" : "STANDARD";
  return [
    `BEGIN:${name}`,
    `DTSTART:${compact(observance.start)}`,
    ...(observance.rule === undefined ? [] : [`RRULE:${observance.rule}`]),
    ...(observance.dates === undefined || observance.dates.length === 0 ? [] : [`RDATE:${observance.dates.map(compact).join(",")}`]),
    `TZOFFSETFROM:${offsetText(observance.offsetFrom)}`,
    `TZOFFSETTO:${offsetText(observance.offsetTo)}`,
    `END:${name}`,
  ];
}

/** A VTIMEZONE as unfolded lines. `location`: the IANA zone that it stands for, so that a reader need not trust the observances. */
export function zoneLines(definition: ZoneDefinition, location: string | null): string[] {
  return [
    "BEGIN:VTIMEZONE",
    `TZID:${escapeText(definition.tzid)}`,
    ...(location === null ? [] : [`X-LIC-LOCATION:${location}`]),
    ...definition.observances.flatMap(observanceLines),
    "END:VTIMEZONE",
  ];
}
