import type { AccountId, ApplicationId, CalendarId } from "./ids.ts";

/**
 * What an application's own feed tells, each kind only to those whose authorization reaches it:
 *
 * - `event-created`, `event-updated`, `event-removed`: an event that the authorization shows, named by `uid`.
 * - `busy-changed`: the busy times of the account, or of `calendarId` where the authorization lists calendars, really changed.
 * - `calendar-added`, `calendar-changed`, `calendar-removed`: a calendar of the account.
 * - `account-changed`: a connection of the account works again, or does not any more.
 * - `authorization-changed`: the authorization was made or changed; what was read before may not hold any more, so read again.
 * - `erasure-requested`: the account is being forgotten; drop what you hold of it.
 * - `authorization-ended`: nothing of the account can be read any more.
 */
export type ApplicationRecordKind =
  | "event-created"
  | "event-updated"
  | "event-removed"
  | "busy-changed"
  | "calendar-added"
  | "calendar-changed"
  | "calendar-removed"
  | "account-changed"
  | "authorization-changed"
  | "authorization-ended"
  | "erasure-requested";

/** One entry of an application's own change feed. */
export interface ApplicationRecord {
  /** Grows by one inside the application's feed. Numbers are missing only where an authorization ended or became narrower. */
  sequence: number;
  kind: ApplicationRecordKind;
  accountId: AccountId;
  calendarId: CalendarId | null;
  uid: string | null;
  /** When Kalends committed it, ms since the epoch. */
  at: number;
}

/** A record before it has its number. */
export interface NewApplicationRecord {
  applicationId: ApplicationId;
  kind: ApplicationRecordKind;
  accountId: AccountId;
  calendarId: CalendarId | null;
  uid: string | null;
}
