import type { BusySpan } from "../busy.ts";
import type { ChangeRecord } from "../change-record.ts";
import type { AccountId, CalendarId } from "../ids.ts";
import type { TimeRange } from "../time-range.ts";
import type { QuarantinedItem } from "../calendar-object.ts";
import type { PollCadence, StoredObject } from "./sync-store.ts";

/** What is known of a calendar's sync, as stored. Times in ms since the epoch. */
export interface SyncState {
  calendarId: CalendarId;
  /** A live claim exists. */
  syncing: boolean;
  lastSuccess: number | null;
  failures: number;
  errorCode: string | null;
  nextTry: number | null;
  storedWindow: TimeRange | null;
  spansBehind: boolean;
  /** `null` before the first run. */
  cadence: PollCadence | null;
  objects: number;
  quarantined: number;
  warnings: number;
}

/** Which sealed columns of an object are read at all; what is not named here does not leave the database. */
export interface ReadReach {
  titles: boolean;
  content: boolean;
  descriptions: boolean;
  /** Also of objects marked private. */
  privateEvents: boolean;
}

/** A calendar as a free-busy question sees it: nothing of it is sealed. */
export interface AvailabilityCalendar {
  calendarId: CalendarId;
  accountId: AccountId;
  /** Ms since the epoch; `null` before the first complete sync. */
  lastSuccess: number | null;
  errorCode: string | null;
  storedWindow: TimeRange | null;
  /** Stored merged spans that touch the range, in any order. */
  spans: BusySpan[];
}

/** Whose availability is known, how well, and what it is: all as of one moment. */
export interface StoredAvailability {
  /** Those of the accounts asked for that there are. */
  accounts: Set<AccountId>;
  /** Calendars that are there, of these accounts and of those named besides, by id; those of one account in the order of their ids. */
  calendars: Map<CalendarId, AvailabilityCalendar>;
  /** Of each active authorization to one of these calendars' accounts, the calendars that it excludes. */
  exclusions: { accountId: AccountId; calendarIds: CalendarId[] }[];
}

/** Answers questions about one organization's data. */
export interface Reader {
  /** Everything that a free-busy question about many accounts and calendars needs, at once, however many they are. */
  availability(accountIds: readonly AccountId[], calendarIds: readonly CalendarId[], range: TimeRange): Promise<StoredAvailability>;
  /** Stored merged spans that touch the range, per calendar, ordered by start. */
  busySpans(calendarIds: readonly CalendarId[], range: TimeRange): Promise<Map<CalendarId, BusySpan[]>>;
  /** Objects that may touch the range, page by page in key order; sealed columns beyond `reach` are not selected. Default: all. */
  objects(
    calendarId: CalendarId,
    range: TimeRange | null,
    after: { remoteKey: string; uid: string } | null,
    limit: number,
    reach?: ReadReach,
  ): Promise<StoredObject[]>;
  findObject(calendarId: CalendarId, remoteKey: string, uid: string): Promise<StoredObject | null>;
  syncStates(calendarIds: readonly CalendarId[], now: number): Promise<Map<CalendarId, SyncState>>;
  quarantined(calendarId: CalendarId, limit: number): Promise<QuarantinedItem[]>;
}

/** The organization's ordered output. */
export interface ChangeFeed {
  /** Records with a sequence greater than `since`, in order, at most `limit`. */
  read(since: number, limit: number): Promise<ChangeRecord[]>;
  /** Sequence of the newest record; 0 where there is none. */
  head(): Promise<number>;
}
