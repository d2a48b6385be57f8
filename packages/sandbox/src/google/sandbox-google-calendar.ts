import { KalendsError } from "@kalends/model";
import type { CalendarStore } from "./calendars/calendar-store.ts";
import { buildEvent, type BuildContext } from "./events/build-event.ts";
import { changeEvent, removeEvent } from "./events/change-event.ts";
import { findEvent } from "./events/find-event.ts";
import { GoogleRefused } from "./google-refused.ts";
import type { GoogleState, UserState } from "./google-state.ts";
import { mergePatch } from "./merge-patch.ts";
import type { EventBody, EventResource } from "./wire.ts";

/** The in-process hand on one calendar: edits appear to clients as those of another client. */
export interface GoogleCalendar {
  readonly id: string;
  readonly summary: string;
  /** Events, cancelled ones included. */
  readonly size: number;
  events(): EventResource[];
  /** An event, or an instance that a rule yields; `null` where there is none. */
  find(id: string): EventResource | null;
  /** Creates an event from what a client would send. Throws `invalid-argument` where Google would refuse it. */
  insert(body: EventBody): EventResource;
  /** Changes an event, or one instance of a series. Throws `not-found`, `invalid-argument`. */
  patch(id: string, body: EventBody): EventResource;
  /** Cancels an event, or one instance of a series. Throws `not-found`. */
  delete(id: string): void;
  /** Stores fields as they are, checked or not: this is how what Google alone can make, or a broken event, is planted. */
  plant(fields: EventBody & { id: string }): EventResource;
  /** Forgets an event: not even that it was deleted is told. */
  vanish(id: string): void;
  rename(summary: string): void;
  /** Makes every sync token handed out so far too old. */
  expireSyncTokens(): void;
}

/** Wraps a stored calendar, in the hand of a user. */
export function googleCalendar(state: GoogleState, user: UserState, calendar: CalendarStore): GoogleCalendar {
  const author = { email: user.email, sendUpdates: "none" } as const;
  const context = (before: EventResource | null): BuildContext => ({ state, calendar, author: user, before, conference: true, patched: true });
  return {
    id: calendar.id,
    get summary() {
      return calendar.details.summary;
    },
    get size() {
      return calendar.size;
    },
    events: () => [...calendar.all()],
    find: (id) => findEvent(calendar, id)?.event ?? null,
    insert(body) {
      return refusing(() => {
        const event = buildEvent(body, context(null));
        if (calendar.find(event.id)) throw new KalendsError("already-exists", "The calendar has an event of that id");
        changeEvent(state, calendar, null, event, author);
        return event;
      });
    },
    patch(id, body) {
      return refusing(() => {
        const found = findEvent(calendar, id);
        if (!found) throw new KalendsError("not-found", "The calendar has no event of that id");
        const event = buildEvent(mergePatch(found.event, body), context(found.event));
        changeEvent(state, calendar, found.virtual ? null : found.event, event, author);
        return event;
      });
    },
    delete(id) {
      const found = findEvent(calendar, id);
      if (!found) throw new KalendsError("not-found", "The calendar has no event of that id");
      removeEvent(state, calendar, found, author);
    },
    plant(fields) {
      const at = new Date(state.clock.now()).toISOString();
      const base = { kind: "calendar#event", etag: `"${state.nextSerial()}"`, status: "confirmed", eventType: "default", sequence: 0 } as const;
      const event: EventResource = { ...base, created: at, updated: at, iCalUID: `${fields.id}@google.com`, ...fields };
      changeEvent(state, calendar, calendar.find(event.id) ?? null, event, author);
      return event;
    },
    vanish: (id) => calendar.forget(id),
    rename(summary) {
      calendar.details.summary = summary;
      for (const other of state.users.values()) if (other.list.has(calendar.id)) other.listLog.record(calendar.id, state.clock.now());
    },
    expireSyncTokens: () => calendar.log.expireTokens(),
  };
}

function refusing<T>(run: () => T): T {
  try {
    return run();
  } catch (thrown) {
    if (thrown instanceof GoogleRefused) throw new KalendsError("invalid-argument", `The sandbox refuses the event: ${thrown.details.reason}`, { cause: thrown });
    throw thrown;
  }
}
