import type { CalendarEvent } from "./event.ts";
import type { EventTime } from "./event-time.ts";

/** One instance of an event after expansion: a half-open UTC range plus its local time. */
export interface Occurrence {
  uid: string;
  /** Original start of the instance (RECURRENCE-ID); with `uid` the occurrence's identity. */
  recurrenceId: EventTime;
  /** Milliseconds since the epoch, half-open. All-day and floating times are read in the zone that the query names. */
  from: number;
  to: number;
  /** Start as the event states it for this instance: wall time and zone, or date. */
  start: EventTime;
  /** The event that states this instance: the override where there is one, else the master. */
  event: CalendarEvent;
  /** True where an override stated this instance. */
  overridden: boolean;
}

/** What an expansion found, and where it stopped short. */
export interface Expansion {
  occurrences: Occurrence[];
  /** Set when a limit ended the expansion before the window did; the answer is then incomplete. */
  capped?: "results" | "steps" | "time";
  /** True where some time named a zone that nobody could resolve; it was then read in the query's zone. */
  unresolvedZone?: boolean;
}
