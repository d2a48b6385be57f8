import type { AdditionalTime, EventDuration, EventTime } from "./event-time.ts";
import type { BusyKind } from "./busy.ts";

export type EventStatus = "confirmed" | "tentative" | "cancelled";
export type EventVisibility = "public" | "private" | "confidential";
export type Participation = "accepted" | "declined" | "tentative" | "needs-action" | "delegated";

export interface EventPerson {
  /** Calendar address without `mailto:`, lower-cased. */
  address: string;
  name?: string;
}

export interface EventAttendee extends EventPerson {
  participation: Participation;
  role?: "chair" | "required" | "optional" | "non-participant";
  kind?: "individual" | "group" | "resource" | "room" | "unknown";
  /** The organizer asks for an answer (RSVP=TRUE). */
  rsvp?: true;
}

/**
 * What an event says beyond its time. Sealed in storage; absent where an authorization does not reach it.
 * Attachments are never read.
 */
export interface EventContent {
  title?: string;
  description?: string;
  location?: string;
  /** Degrees north and east (RFC 5545 section 3.8.1.6). */
  position?: { latitude: number; longitude: number };
  organizer?: EventPerson;
  attendees?: EventAttendee[];
  categories?: string[];
  color?: string;
  url?: string;
  conferenceUrl?: string;
}

/** When an event happens and whether it blocks: everything that free-busy needs, and nothing else. */
export interface EventTiming {
  /** Set on an override: the original start that it replaces (RECURRENCE-ID). */
  recurrenceId?: EventTime;
  /** The override also holds for all later occurrences (RANGE=THISANDFUTURE). */
  thisAndFuture?: boolean;
  start: EventTime;
  /** Either `end` or `duration`, or neither: then a date lasts one day and a time is an instant. */
  end?: EventTime;
  duration?: EventDuration;
  /** RRULE values without the property name. */
  rules?: string[];
  /** EXRULE values (RFC 2445), still seen in the wild. */
  exclusionRules?: string[];
  additionalTimes?: AdditionalTime[];
  excludedTimes?: EventTime[];
  status: EventStatus;
  /** `true` where the event does not block time (TRANSP:TRANSPARENT). */
  transparent: boolean;
  /**
   * The provider's own free-busy word for the event, where it has one; wins over a tentative status or answer, never over
   * cancelled, declined or transparent (see `busyKindOf` of @kalends/availability).
   */
  showAs?: BusyKind;
  /** The account holder's own answer to the invitation, where one is known. */
  participation?: Participation;
  visibility: EventVisibility;
  sequence?: number;
}

/** One VEVENT: a master, a single event, or an override of one occurrence (RFC 5545 section 3.6.1). */
export interface CalendarEvent extends EventTiming {
  uid: string;
  content?: EventContent;
  /** ISO 8601 instants, where the source gives them. */
  created?: string;
  lastModified?: string;
}
