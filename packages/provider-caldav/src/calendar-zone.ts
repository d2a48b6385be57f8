import { resolveZone } from "@kalends/ical";

/**
 * The IANA zone of a calendar: `calendar-timezone-id` (RFC 7809 section 5.2) or the TZID of `calendar-timezone`
 * (RFC 4791 section 5.2.2), where it names a zone that is known. `null` otherwise; never a guess.
 */
export function calendarZone(zoneId: string | null, definition: string | null): string | null {
  const fromDefinition = /^TZID(?:;[^:\r\n]*)?:(.+)$/im.exec((definition ?? "").replace(/\r?\n[ \t]/g, ""));
  for (const candidate of [zoneId, fromDefinition?.[1] ?? null]) {
    const zone = candidate === null || candidate.trim() === "" ? null : resolveZone(candidate);
    if (zone !== null) return zone;
  }
  return null;
}
