import { KalendsError } from "@kalends/model";
import type { CaldavState, NewCalendar, UserState } from "./caldav-state.ts";
import { homePath, principalPath } from "./resource-paths.ts";
import { sandboxCalendar, type SandboxCalendar } from "./sandbox-calendar.ts";

/** The in-process hand on one user. */
export interface SandboxUser {
  readonly name: string;
  readonly displayName: string;
  readonly email: string;
  /** Absolute addresses of the principal and of the calendar home. */
  readonly principalUrl: string;
  readonly homeUrl: string;
  calendars(): SandboxCalendar[];
  /** Throws `not-found` where there is no calendar of that name. */
  calendar(name: string): SandboxCalendar;
  /** Throws `already-exists`. */
  createCalendar(name: string, options?: NewCalendar): SandboxCalendar;
  /** Removes a calendar with everything in it. Throws `not-found`. */
  deleteCalendar(name: string): void;
  /** From now on only this password is right. */
  setPassword(password: string): void;
  /** Makes every sync token of every calendar invalid. */
  expireTokens(): void;
}

/** Wraps a user's state. */
export function sandboxUser(state: CaldavState, url: string, user: UserState): SandboxUser {
  const wrap = (name: string): SandboxCalendar => {
    const store = user.calendars.get(name);
    if (!store) throw new KalendsError("not-found", "The sandbox user has no calendar of that name");
    return sandboxCalendar(state, url, user, name, store);
  };
  return {
    name: user.name,
    displayName: user.displayName,
    email: user.email,
    principalUrl: new URL(principalPath(user), url).href,
    homeUrl: new URL(homePath(user), url).href,
    calendars: () => [...user.calendars.keys()].map(wrap),
    calendar: wrap,
    createCalendar(name, options = {}) {
      if (name === "" || name.includes("/")) throw new KalendsError("invalid-argument", "A calendar name must be one path segment");
      if (user.calendars.has(name)) throw new KalendsError("already-exists", "The sandbox user has a calendar of that name");
      state.makeCalendar(user, name, options);
      return wrap(name);
    },
    deleteCalendar(name) {
      wrap(name);
      user.calendars.delete(name);
    },
    setPassword(password) {
      user.password = password;
    },
    expireTokens() {
      for (const store of user.calendars.values()) store.expireTokens();
    },
  };
}
