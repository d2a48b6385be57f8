import type { GoogleState, ListEntry, UserState } from "../google-state.ts";

/** Records that a user's list has changed there, and tells those who watch it. */
export function touchEntry(state: GoogleState, user: UserState, entry: ListEntry): void {
  entry.etag = `"${state.clock.now() * 2_000 + (state.nextSerial() % 2_000)}"`;
  user.list.set(entry.calendar.id, entry);
  user.listLog.record(entry.calendar.id, state.clock.now());
  state.hub.changed(`calendarList/${user.serial}`);
}
