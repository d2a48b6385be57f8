/**
 * The IANA zone of a calendar: `calendar-timezone-id` (RFC 7809 section 5.2) or the TZID of `calendar-timezone`
 * (RFC 4791 section 5.2.2), where it names a zone that is known. `null` otherwise; never a guess.
 */
export function calendarZone(zoneId: string | null, definition: string | null): string | null {
  const fromDefinition = /^TZID(?:;[^:\r\n]*)?:(.+)$/im.exec((definition ?? "").replace(/\r?\n[ \t]/g, ""));
  for (const candidate of [zoneId, fromDefinition?.[1] ?? null]) {
    const zone = candidate === null ? null : knownZone(candidate.trim());
    if (zone !== null) return zone;
  }
  return null;
}

function knownZone(id: string): string | null {
  // Some programs write a path before the id: /freeassociation.sourceforge.net/Europe/Berlin
  const tail = /^\/.*?\/((?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)\/.+)$/.exec(id);
  const name = tail?.[1] ?? id;
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return null;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone === "" ? null : name;
  } catch {
    return null;
  }
}
