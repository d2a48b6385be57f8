import type { EventTime } from "@kalends/model";
import { parseLocalIso } from "../civil/local-time.ts";

const timeForm = /^(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d):?(\d\d)(Z)?)?$/i;

/**
 * Reads a DATE or DATE-TIME value (RFC 5545 sections 3.3.4 and 3.3.5) by its form. `null` where it is none: fields out of range are never
 * rolled over. `zoneOf` gives the IANA zone of the TZID that stands beside it.
 */
export function readTimeValue(value: string, tzid: string | undefined, zoneOf: (tzid: string) => string | null): EventTime | null {
  const common = commonForm(value);
  if (common !== null) return timeOf(common, value.length === 16, tzid, zoneOf);
  const match = timeForm.exec(value.trim());
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, utc] = match;
  const date = `${year}-${month}-${day}`;
  if (hour === undefined) return Number.isNaN(parseLocalIso(date)) ? null : { kind: "date", value: date };
  // A leap second counts as the second before it (RFC 5545 section 3.3.12).
  const local = `${date}T${hour}:${minute}:${second === "60" ? "59" : second}`;
  if (Number.isNaN(parseLocalIso(local))) return null;
  return timeOf(local, utc !== undefined, tzid, zoneOf);
}

function timeOf(local: string, utc: boolean, tzid: string | undefined, zoneOf: (tzid: string) => string | null): EventTime {
  if (utc) return { kind: "utc", value: local };
  if (tzid === undefined || tzid === "") return { kind: "floating", value: local };
  return { kind: "zoned", value: local, zone: zoneOf(tzid), tzid };
}

/** ISO 8601 of `20260101T090000` or `20260101T090000Z`, the form of nearly all times; `null` for others and for what has to be looked at closely. */
function commonForm(value: string): string | null {
  if (value.length !== 15 && (value.length !== 16 || value.charCodeAt(15) !== 90)) return null;
  if (value.charCodeAt(8) !== 84) return null;
  const c = (at: number): number => value.charCodeAt(at);
  const local = String.fromCharCode(
    c(0), c(1), c(2), c(3), 45, c(4), c(5), 45, c(6), c(7), 84, c(9), c(10), 58, c(11), c(12), 58, c(13), c(14),
  );
  return Number.isNaN(parseLocalIso(local)) ? null : local;
}

/** `20260101` or `20260101T090000`, with Z for UTC. */
export function writeTimeValue(time: EventTime): string {
  const digits = time.value.replace(/[-:]/g, "");
  return time.kind === "utc" ? `${digits}Z` : digits;
}

/** Parameters that the time needs beside it. */
export function timeParameters(time: EventTime, name: string): string {
  if (time.kind === "date") return `${name};VALUE=DATE`;
  return time.kind === "zoned" ? `${name};TZID=${quoteParameter(time.tzid)}` : name;
}

/** A parameter value, encoded by RFC 6868 and quoted where it must be. */
export function quoteParameter(value: string): string {
  const encoded = value
    .replace(/\^/g, "^^")
    .replace(/\r\n|\r|\n/g, "^n")
    .replace(/"/g, "^'")
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "");
  return /[,;:]/.test(encoded) ? `"${encoded}"` : encoded;
}
