import type { Calendar, CalendarListUpdate, NewChange, RemoteCalendar } from "@kalends/model";

export interface CalendarListInput {
  connection: { id: string; accountId: string };
  /** Calendars stored of this connection, those found gone earlier included. */
  stored: readonly Calendar[];
  listed: readonly RemoteCalendar[];
  now: number;
  newId(): string;
}

function visiblyDiffers(calendar: Calendar, remote: RemoteCalendar): boolean {
  return (
    calendar.name !== remote.name ||
    calendar.color !== remote.color ||
    calendar.timeZone !== remote.timeZone ||
    calendar.readOnly !== remote.readOnly
  );
}

function hintsDiffer(calendar: Calendar, remote: RemoteCalendar): boolean {
  const names = new Set([...Object.keys(calendar.hints), ...Object.keys(remote.hints)]);
  return [...names].some((name) => calendar.hints[name] !== remote.hints[name]);
}

/** Compares a complete calendar list with the stored one. Pure. A calendar that comes back keeps its old id. */
export function planCalendarList(input: CalendarListInput): CalendarListUpdate {
  const { connection, now } = input;
  const update: CalendarListUpdate = {
    connectionId: connection.id,
    added: [],
    changed: [],
    touched: [],
    removed: [],
    changes: [],
    jobs: [],
    now,
  };
  const record = (kind: NewChange["kind"], calendarId: string): void => {
    update.changes.push({ kind, accountId: connection.accountId, connectionId: connection.id, calendarId, uid: null, remoteKey: null });
  };
  const byKey = new Map(input.stored.map((calendar) => [calendar.remoteKey, calendar]));
  const listedKeys = new Set<string>();
  for (const remote of input.listed) {
    if (listedKeys.has(remote.remoteKey)) continue;
    listedKeys.add(remote.remoteKey);
    const calendar = byKey.get(remote.remoteKey);
    if (calendar === undefined || calendar.removedAt !== null) {
      const id = calendar?.id ?? input.newId();
      update.added.push({ id, remote });
      // Somebody connected it, or made it, a moment ago.
      update.jobs.push({ kind: "sync-calendar", subject: id, runAt: now, priority: "user" });
      record("calendar-added", id);
    } else if (visiblyDiffers(calendar, remote)) {
      update.changed.push({ id: calendar.id, remote });
      record("calendar-changed", calendar.id);
      // Its all-day events are read in its zone, so its busy spans follow.
      if (calendar.timeZone !== remote.timeZone) update.jobs.push({ kind: "roll-window", subject: calendar.id, runAt: now });
    } else if (hintsDiffer(calendar, remote)) {
      update.touched.push({ id: calendar.id, hints: remote.hints });
    }
  }
  for (const calendar of input.stored) {
    if (calendar.removedAt !== null || listedKeys.has(calendar.remoteKey)) continue;
    update.removed.push(calendar.id);
    record("calendar-removed", calendar.id);
  }
  return update;
}

/** A list that loses everything, or more than half of four or more calendars, is read twice before it is believed. Pure. */
export function listIsBelievable(stored: number, removed: number): boolean {
  if (removed === 0) return true;
  if (removed === stored) return false;
  return stored < 4 || removed * 2 <= stored;
}
