import type { GoogleState, UserState } from "../google-state.ts";
import { CalendarStore, type AccessRole, type CalendarDetails } from "./calendar-store.ts";
import { touchEntry } from "./touch-entry.ts";

/** Makes a calendar and puts it on its owner's list. */
export function makeCalendar(state: GoogleState, owner: UserState, id: string, details: Partial<CalendarDetails>): CalendarStore {
  const serial = state.nextSerial();
  const full = { summary: id, timeZone: owner.timeZone, ...details };
  const calendar = new CalendarStore(id, owner.email, serial, full, `"${state.clock.now()}${serial}"`);
  state.calendars.set(id, calendar);
  listCalendar(state, owner, calendar, "owner");
  return calendar;
}

/** Gives a user a role in a calendar and puts it on that user's list. */
export function listCalendar(state: GoogleState, user: UserState, calendar: CalendarStore, role: AccessRole): void {
  calendar.access.set(user.email, role);
  const primary = calendar.id === user.email;
  const before = user.list.get(calendar.id);
  touchEntry(state, user, { calendar, primary, hidden: false, selected: true, colorId: "7", etag: "", ...before, deleted: false });
}

/** Takes a calendar away, and from every list that has it. */
export function dropCalendar(state: GoogleState, calendar: CalendarStore): void {
  state.calendars.delete(calendar.id);
  for (const user of state.users.values()) unlistCalendar(state, user, calendar);
  state.hub.dropped(`events/${calendar.serial}`);
}

/** Takes a user's role away, and the calendar from the list. */
export function unlistCalendar(state: GoogleState, user: UserState, calendar: CalendarStore): void {
  calendar.access.delete(user.email);
  const entry = user.list.get(calendar.id);
  if (!entry) return;
  entry.deleted = true;
  touchEntry(state, user, entry);
}
