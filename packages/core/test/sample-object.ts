import type { CalendarEvent, CalendarObject } from "@kalends/model";

/** A calendar object of one event, as an adapter would hand it over. */
export function sampleObject(uid: string, event: Partial<CalendarEvent> = {}): CalendarObject {
  return {
    remoteKey: `/${uid}.ics`,
    revision: null,
    uid,
    events: [
      {
        uid,
        start: { kind: "utc", value: "2026-11-20T09:00:00" },
        end: { kind: "utc", value: "2026-11-20T10:00:00" },
        status: "confirmed",
        transparent: false,
        visibility: "public",
        content: { title: `Title of ${uid}`, description: `Description of ${uid}` },
        ...event,
      },
    ],
  };
}

/** A UTC time `hours` after 2026-11-20T00:00:00Z. */
export function hour(hours: number): { kind: "utc"; value: string } {
  return { kind: "utc", value: new Date(Date.UTC(2026, 10, 20) + hours * 3_600_000).toISOString().slice(0, 19) };
}
