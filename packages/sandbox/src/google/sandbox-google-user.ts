import { KalendsError } from "@kalends/model";
import type { AccessRole, CalendarDetails } from "./calendars/calendar-store.ts";
import { dropCalendar, listCalendar, makeCalendar, unlistCalendar } from "./calendars/make-calendar.ts";
import type { GoogleState, UserState } from "./google-state.ts";
import { googleCalendar, type GoogleCalendar } from "./sandbox-google-calendar.ts";

/** The in-process hand on one Google account. */
export interface GoogleUser {
  readonly email: string;
  readonly name: string;
  readonly sub: string;
  /** Calendars that the user owns. */
  calendars(): GoogleCalendar[];
  /** By id; `primary` is the user's own. Throws `not-found`. */
  calendar(id?: string): GoogleCalendar;
  createCalendar(id: string, details?: Partial<CalendarDetails>): GoogleCalendar;
  deleteCalendar(id: string): void;
  /** Lists somebody else's calendar with a role; `null` takes it away again. */
  share(calendar: GoogleCalendar, role: AccessRole | null): void;
  /** Tokens as after consent, without the pages. */
  grant(scopes: readonly string[], clientId?: string): { accessToken: string; refreshToken: string };
  /** Takes back what was allowed to a program, as at myaccount.google.com. `false` where nothing was. */
  revoke(clientId?: string): boolean;
  /** Scopes that a program has. */
  granted(clientId?: string): string[];
  /** Makes the calendar list's sync tokens too old. */
  expireListTokens(): void;
}

/** Wraps a user's state. */
export function googleUser(state: GoogleState, user: UserState): GoogleUser {
  const firstClient = (): string => [...state.clients.keys()][0] ?? "";
  const wrap = (id: string): GoogleCalendar => {
    const calendar = state.calendars.get(id === "primary" ? user.email : id);
    if (!calendar?.access.has(user.email)) throw new KalendsError("not-found", "The Google account has no calendar of that id");
    return googleCalendar(state, user, calendar);
  };
  return {
    email: user.email,
    name: user.name,
    sub: user.sub,
    calendars: () => [...state.calendars.values()].filter((calendar) => calendar.owner === user.email).map((calendar) => wrap(calendar.id)),
    calendar: (id = "primary") => wrap(id),
    createCalendar(id, details = {}) {
      if (state.calendars.has(id)) throw new KalendsError("already-exists", "The sandbox has a calendar of that id");
      makeCalendar(state, user, id, details);
      return wrap(id);
    },
    deleteCalendar(id) {
      wrap(id);
      const calendar = state.calendars.get(id);
      if (calendar) dropCalendar(state, calendar);
    },
    share(shared, role) {
      const calendar = state.calendars.get(shared.id);
      if (!calendar) throw new KalendsError("not-found", "The sandbox has no calendar of that id");
      if (role === null) unlistCalendar(state, user, calendar);
      else listCalendar(state, user, calendar, role);
    },
    grant(scopes, clientId = firstClient()) {
      const client = state.clients.get(clientId);
      if (!client) throw new KalendsError("not-found", "The sandbox has no client of that id");
      return state.tokens.issue(state.tokens.allow(client.id, user.email, scopes), client.refreshTokenMs);
    },
    revoke(clientId = firstClient()) {
      const grant = state.tokens.grantOf(clientId, user.email);
      if (grant) grant.alive = false;
      return grant !== null;
    },
    granted: (clientId = firstClient()) => [...(state.tokens.grantOf(clientId, user.email)?.scopes ?? [])],
    expireListTokens: () => user.listLog.expireTokens(),
  };
}
