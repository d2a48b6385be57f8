import { localToUtc } from "@kalends/ical";
import { KalendsError } from "@kalends/model";

/** What a person types for a time: a date, a local time, or an instant with an offset. Returns an ISO 8601 instant. */
export function localInstant(option: string, text: string, zone: string): string {
  if (/(Z|[+-]\d{2}:\d{2})$/.test(text) && !Number.isNaN(Date.parse(text))) return new Date(Date.parse(text)).toISOString();
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2}))?)?$/.exec(text);
  if (match === null || !isRealTime(`${match[1]}T${match[2] ?? "00:00"}:${match[3] ?? "00"}`)) {
    throw new KalendsError("invalid-argument", `${option} must be a date (2026-11-20), a local time (2026-11-20T09:00) or an instant (2026-11-20T09:00:00Z)`);
  }
  return new Date(localToUtc(zone, `${match[1]}T${match[2] ?? "00:00"}:${match[3] ?? "00"}`)).toISOString();
}

/** False also for days that no calendar has, such as 30 February, which `Date` moves on. */
function isRealTime(text: string): boolean {
  const instant = Date.parse(`${text}Z`);
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text);
}
