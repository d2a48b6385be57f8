import type { Clock } from "@kalends/model";
import type { CalendarStore } from "./calendar-store.ts";

/** Server behaviours that differ in the wild. Each is on unless switched off, but for `scheduling`. */
export interface CaldavFeatures {
  /** The sync-collection report and the sync-token property (RFC 6578). */
  syncCollection: boolean;
  /** The getctag property. */
  ctag: boolean;
  /** An ETag header in the answer to PUT. */
  etagOnPut: boolean;
  /** calendar-data inside the sync-collection report, where it is asked for. */
  calendarDataInSync: boolean;
  /** `DAV:current-user-principal` on the server's root. */
  principalOnRoot: boolean;
  /** The redirect at `/.well-known/caldav`. */
  wellKnown: boolean;
  /** Attendees are invited when their organizer writes an event (RFC 6638). Off unless switched on. */
  scheduling: boolean;
}

/** An invitation that the server sent because of a write. */
export interface SandboxInvitation {
  from: string;
  to: string;
  uid: string;
  /** Delivered into a calendar of the sandbox, taken to the mail, no such user, no calendar to put it in (RFC 6638 section 3.2.9). */
  code: "1.2" | "1.1" | "3.7" | "5.1";
}

/** One user with the calendars of the home set, by the name that stands in their path. */
export interface UserState {
  name: string;
  password: string;
  displayName: string;
  email: string;
  calendars: Map<string, CalendarStore>;
}

/** Everything that requests see. */
export interface CaldavState {
  clock: Clock;
  /** Differs between runs, so that a token of an earlier run is not taken for one of this run. */
  instance: string;
  features: CaldavFeatures;
  tokenLifeMs: number;
  /** Most entries in one sync-collection answer; the rest follows with the next token (RFC 6578 section 3.6). */
  syncPageSize: number;
  maxObjectBytes: number;
  users: Map<string, UserState>;
  /** In the order of sending. */
  invitations: SandboxInvitation[];
  makeCalendar(user: UserState, name: string, options: NewCalendar): CalendarStore;
}

/** How a new calendar looks. */
export interface NewCalendar {
  displayName?: string;
  /** `#RRGGBB` or `#RRGGBBAA`. */
  color?: string;
  description?: string;
  /** VTIMEZONE inside a VCALENDAR (RFC 4791 section 5.2.2). */
  timeZone?: string;
  /** Default `["VEVENT"]`. */
  components?: string[];
  /** Clients may read but not write. */
  readOnly?: boolean;
  /** Address of the feed that the calendar is a subscription of: it is listed as `CS:subscribed` with that `CS:source`. */
  source?: string;
}
