import type { AccountId, BusyPeriod, BusySpan, CalendarFreshness, CalendarId, StalePolicy, TimeRange } from "@kalends/model";

/** One calendar of a free-busy question, as far as it is stored. */
export interface FreeBusyCalendar {
  calendarId: CalendarId;
  accountId: AccountId;
  /** Stored spans that touch the range, in any order. */
  spans: readonly BusySpan[];
  /** The stored window: outside of it nothing is known. `null` before the first complete sync. */
  coverage: TimeRange | null;
  freshness: CalendarFreshness;
}

/** A free-busy question with everything that is needed to answer it. */
export interface FreeBusyQuery {
  range: TimeRange;
  calendars: readonly FreeBusyCalendar[];
  /** What a calendar means that is not fresh, or not stored for the whole range. */
  whenStale: StalePolicy;
}

/** The answer for one calendar. */
export interface CalendarFreeBusy {
  calendarId: CalendarId;
  accountId: AccountId;
  /** Disjoint and ordered; where kinds overlap the strongest counts (`busyPrecedence`). Time between periods is free. */
  periods: BusyPeriod[];
  freshness: CalendarFreshness;
  /** The calendar is fresh and stored for the whole range. */
  complete: boolean;
}

/** The answer for one account over all its calendars in the question. */
export interface AccountFreeBusy {
  accountId: AccountId;
  periods: BusyPeriod[];
  complete: boolean;
}

/** When the people in question are busy, and how well that is known. Holds nothing else of any event. */
export interface FreeBusyAnswer {
  /** The range asked for: ISO 8601 instants in UTC, half-open. */
  from: string;
  to: string;
  /** In the order of the question. */
  calendars: CalendarFreeBusy[];
  /** In the order of their first calendar in the question. */
  accounts: AccountFreeBusy[];
  /** All calendars together: at every instant the strongest kind of any of them. */
  merged: BusyPeriod[];
  /** Every calendar is complete, and there is at least one. Only then does a gap mean that everybody is free. */
  complete: boolean;
}
