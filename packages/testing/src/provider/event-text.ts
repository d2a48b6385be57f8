/** A small valid iCalendar text with one component, for tests. */
export function eventText(uid: string, title: string, options: { component?: "VEVENT" | "VTODO"; day?: number; more?: readonly string[] } = {}): string {
  const component = options.component ?? "VEVENT";
  const day = String((options.day ?? 0) % 28 + 1).padStart(2, "0");
  const times = component === "VEVENT" ? [`DTSTART:202603${day}T090000Z`, `DTEND:202603${day}T100000Z`] : [`DUE:202603${day}T090000Z`];
  return lines([`BEGIN:${component}`, `UID:${uid}`, "DTSTAMP:20260101T000000Z", ...times, `SUMMARY:${title}`, ...(options.more ?? []), `END:${component}`]);
}

/** An event without a start, which RFC 5545 section 3.6.1 does not allow outside of a scheduling message. */
export function startlessEventText(uid: string): string {
  return lines(["BEGIN:VEVENT", `UID:${uid}`, "DTSTAMP:20260101T000000Z", "SUMMARY:No start", "END:VEVENT"]);
}

function lines(inner: readonly string[]): string {
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//kalends//testing//EN", ...inner, "END:VCALENDAR", ""].join("\r\n");
}
