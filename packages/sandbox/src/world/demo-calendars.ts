import type { SandboxUser } from "../caldav/sandbox-user.ts";
import type { GoogleUser } from "../google/sandbox-google-user.ts";
import type { DemoEvent } from "./demo-event.ts";
import { googleBody, googleId, googleOverrides } from "./write-google-event.ts";
import { writeDemoEvent } from "./write-demo-event.ts";

/** Where a demo person writes: calendars of whatever server the person has an account at. */
export interface DemoCalendars {
  /** Creates the event of that UID in the named calendar, or changes it. */
  put(calendar: string, event: DemoEvent): void;
  remove(calendar: string, uid: string): void;
}

/** A person's calendars on the CalDAV server. */
export function caldavCalendars(user: SandboxUser, zone: string, now: () => number): DemoCalendars {
  return {
    put: (calendar, event) => void user.calendar(calendar).put(event.uid, writeDemoEvent(event, zone, now())),
    remove: (calendar, uid) => void user.calendar(calendar).remove(uid),
  };
}

/** A person's calendars at Google. The one named `work` is the primary one. */
export function googleCalendars(user: GoogleUser, zone: string): DemoCalendars {
  const named = (calendar: string): ReturnType<GoogleUser["calendar"]> => user.calendar(calendar === "work" ? "primary" : demoCalendarId(user.email, calendar));
  return {
    put(calendar, event) {
      const target = named(calendar);
      const id = googleId(event.uid);
      if (target.find(id)) target.patch(id, googleBody(event, zone));
      // Google tells deleted events by their ids, which it can do only for one that was there.
      else target.insert({ id, ...googleBody({ ...event, status: event.status === "cancelled" ? "confirmed" : (event.status ?? "confirmed") }, zone) });
      if (event.status === "cancelled") target.delete(id);
      for (const { instance, body } of googleOverrides(event, zone)) {
        if (body === null) target.delete(instance);
        else target.patch(instance, body);
      }
    },
    remove: (calendar, uid) => named(calendar).delete(googleId(uid)),
  };
}

/** Id of a further calendar of a person at Google. */
export function demoCalendarId(email: string, calendar: string): string {
  return `${calendar}-${email.split("@")[0]}@group.calendar.google.com`;
}
