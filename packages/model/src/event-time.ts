import { z } from "zod";

/**
 * A moment as an event states it (RFC 5545 section 3.3.5). Truth is what the user wrote; instants are derived.
 *
 * - `date`: an all-day date `YYYY-MM-DD`, never an instant.
 * - `utc`: a time in UTC; `value` is `YYYY-MM-DDTHH:MM:SS` without an offset.
 * - `zoned`: a wall time; `zone` is the IANA id that its `tzid` resolved to, or `null` where it did not resolve and the
 *   object's own VTIMEZONE (see `ZoneDefinition`) must be used. `tzid` is the id as the source wrote it.
 * - `floating`: a wall time in whatever zone the reader is in.
 */
export type EventTime =
  | { kind: "date"; value: string }
  | { kind: "utc"; value: string }
  | { kind: "zoned"; value: string; zone: string | null; tzid: string }
  | { kind: "floating"; value: string };

const dateValue = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const localValue = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/);

export const eventTimeSchema: z.ZodType<EventTime> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("date"), value: dateValue }),
  z.object({ kind: z.literal("utc"), value: localValue }),
  z.object({ kind: z.literal("zoned"), value: localValue, zone: z.string().nullable(), tzid: z.string() }),
  z.object({ kind: z.literal("floating"), value: localValue }),
]);

/** A nominal duration (RFC 5545 section 3.3.6): whole days on the wall clock, then exact seconds. */
export interface EventDuration {
  days: number;
  seconds: number;
}

export const eventDurationSchema: z.ZodType<EventDuration> = z.object({ days: z.number().int(), seconds: z.number().int() });

/** One additional time of a series (RDATE): a start, with its own end where the source wrote a PERIOD. */
export interface AdditionalTime {
  start: EventTime;
  end?: EventTime;
  duration?: EventDuration;
}

/** One observance of a VTIMEZONE (STANDARD or DAYLIGHT): from `start` on, wall time is UTC plus `offsetTo` seconds. */
export interface ZoneObservance {
  /** Local time `YYYY-MM-DDTHH:MM:SS`, read with `offsetFrom`. */
  start: string;
  /** Seconds east of UTC before and from the onset. */
  offsetFrom: number;
  offsetTo: number;
  /** RRULE value without the property name. */
  rule?: string;
  /** More onsets, as local times. */
  dates?: string[];
}

/** A custom VTIMEZONE, kept where its id names no IANA zone that we know. */
export interface ZoneDefinition {
  tzid: string;
  observances: ZoneObservance[];
}
