/** iCalendar files as other programs write them: about 15 % series with EXDATEs and overrides, several zones, all-day events. */

const zones = ["Europe/Berlin", "America/New_York", "Asia/Tokyo"] as const;
const two = (value: number): string => String(value).padStart(2, "0");

/** A date `days` after 2026-11-02, a Monday, as `YYYYMMDD`. */
export function dayText(days: number): string {
  const date = new Date(Date.UTC(2026, 10, 2 + days));
  return `${date.getUTCFullYear()}${two(date.getUTCMonth() + 1)}${two(date.getUTCDate())}`;
}

function vevent(lines: readonly string[]): string[] {
  return ["BEGIN:VEVENT", "DTSTAMP:20261101T000000Z", ...lines, "END:VEVENT"];
}

function vcalendar(lines: readonly string[]): string {
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//another client//EN", ...lines, "END:VCALENDAR", ""].join("\r\n");
}

/** The text of event number `index`; `version` moves it and changes its title. */
export function eventFile(index: number, version = 0): string {
  const uid = `event-${index}@example.test`;
  const zone = zones[index % zones.length] ?? zones[0];
  const day = dayText((index * 7) % 190);
  const hour = 8 + ((index + version) % 9);
  const title = `SUMMARY:Canary title ${index} version ${version}`;
  const more = [`DESCRIPTION:Canary description ${index}`, "ATTENDEE;CN=Canary Guest;PARTSTAT=ACCEPTED:mailto:canary.guest@example.test"];
  if (index % 20 === 7) return vcalendar(vevent([`UID:${uid}`, `DTSTART;VALUE=DATE:${day}`, title, "TRANSP:TRANSPARENT"]));
  const times = (start: string, end: string): string[] => [`DTSTART;TZID=${zone}:${start}`, `DTEND;TZID=${zone}:${end}`];
  if (index % 20 < 3) {
    const second = dayText(((index * 7) % 190) + 7);
    const third = dayText(((index * 7) % 190) + 14);
    return vcalendar([
      ...vevent([`UID:${uid}`, ...times(`${day}T${two(hour)}0000`, `${day}T${two(hour)}3000`), "RRULE:FREQ=WEEKLY;COUNT=10", `EXDATE;TZID=${zone}:${third}T${two(hour)}0000`, title, ...more]),
      ...vevent([`UID:${uid}`, `RECURRENCE-ID;TZID=${zone}:${second}T${two(hour)}0000`, ...times(`${second}T${two(hour + 2)}0000`, `${second}T${two(hour + 3)}0000`), `${title} moved`]),
    ]);
  }
  const status = index % 20 === 9 ? ["STATUS:TENTATIVE"] : [];
  return vcalendar(vevent([`UID:${uid}`, ...times(`${day}T${two(hour)}0000`, `${day}T${two(hour)}4500`), title, ...status, ...more]));
}

export function eventFiles(count: number): Map<string, string> {
  return new Map(Array.from({ length: count }, (_, index) => [`event-${index}.ics`, eventFile(index)]));
}
