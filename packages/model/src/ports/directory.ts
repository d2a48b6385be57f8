import type { NewChange } from "../change-record.ts";
import type { AccountId, ApplicationId, AuthorizationId, CalendarId, ConnectionId } from "../ids.ts";
import type { Account, Application, Authorization, Calendar, Connection, ConnectionState } from "../parties.ts";
import type { NewAlert } from "./alert-log.ts";
import type { RemoteCalendar } from "./provider.ts";
import type { NewJob } from "./job-queue.ts";
import type { AccountRules, RulesUpdate } from "./rules.ts";
import type { BatchAudience } from "./sync-store.ts";

/** What reading a connection's calendar list changes, applied in one transaction with its change records. */
export interface CalendarListUpdate {
  connectionId: ConnectionId;
  added: { id: CalendarId; remote: RemoteCalendar }[];
  changed: { id: CalendarId; remote: RemoteCalendar }[];
  /** Hints only; no change record. */
  touched: { id: CalendarId; hints: Record<string, string> }[];
  /** Calendars gone at the provider: their objects, spans and jobs go too, each object leaving a tombstone. */
  removed: CalendarId[];
  changes: NewChange[];
  /** What applications with a feed of their own are told. */
  audience?: BatchAudience;
  jobs: NewJob[];
  now: number;
}

/** What goes into the log with a move of a connection's state. */
export interface StateNote {
  /** Default: the engine itself. */
  actor?: string;
  /** `connect`: a login was proven and its credential stored; that is written down also where the state was `connected` before. */
  action?: "connect" | "connection";
  /** Raised in the same transaction where the state moves. */
  alert?: NewAlert;
}

/** A calendar with all that a sync of it has to know. */
export interface CalendarSurroundings {
  calendar: Calendar;
  /** `null` where its purge has begun. */
  connection: Connection | null;
  /** The account's time zone; `null` where the account's purge has begun. */
  accountTimeZone: string | null;
  authorizations: Authorization[];
  applications: Application[];
}

/** People, logins and calendars of one organization. `find*` answers `null` for foreign and unknown ids alike. */
export interface Directory {
  putApplication(application: Application): Promise<void>;
  findApplication(id: ApplicationId): Promise<Application | null>;
  listApplications(): Promise<Application[]>;

  /** Throws `already-exists` where the id or the external id is taken. */
  addAccount(account: Account): Promise<void>;
  findAccount(id: AccountId): Promise<Account | null>;
  findAccountByExternalId(externalId: string): Promise<Account | null>;
  listAccounts(): Promise<Account[]>;

  /** Throws `already-exists` where the id is taken or the account has this login at this provider. */
  addConnection(connection: Connection): Promise<void>;
  findConnection(id: ConnectionId): Promise<Connection | null>;
  listConnections(accountId?: AccountId): Promise<Connection[]>;
  /**
   * Moves the state with its change record, also for applications with a feed of their own, its audit record and the note's alert; returns
   * false where it was that already.
   */
  setConnectionState(id: ConnectionId, state: ConnectionState, errorCode: string | null, now: number, note?: StateNote): Promise<boolean>;
  /** Notes a pause that the provider asked for; an earlier one that lasts longer stays. */
  pauseConnection(id: ConnectionId, until: number): Promise<void>;
  updateEndpoint(id: ConnectionId, endpoint: Record<string, string>): Promise<void>;
  noteListed(id: ConnectionId, outcome: { at: number; errorCode: string | null }): Promise<void>;

  /** What the provider granted with the credential that is stored now. */
  setGrantedScopes(id: ConnectionId, scopes: string[] | null): Promise<void>;

  /** Everybody's right to an account as of one moment; `null` where there is no such account. */
  readRules(accountId: AccountId): Promise<AccountRules | null>;
  /**
   * Applies a change of rules. Running syncs of the accounts lose their claims, so that none of them stores by the old rules.
   * Throws `revision-conflict` where an account's rules moved meanwhile; then nothing was written.
   */
  applyRules(update: RulesUpdate): Promise<void>;
  /** Writes its audit record too: `actor` granted this at `at` (default: the host, when it was made). */
  putAuthorization(authorization: Authorization, actor?: string, at?: number): Promise<void>;
  findAuthorization(id: AuthorizationId): Promise<Authorization | null>;
  /** Of one account, of several, or all; in the order of their ids. */
  listAuthorizations(accounts?: AccountId | readonly AccountId[]): Promise<Authorization[]>;
  endAuthorization(id: AuthorizationId, reason: string, now: number, actor?: string): Promise<boolean>;

  findCalendar(id: CalendarId): Promise<Calendar | null>;
  findSurroundings(id: CalendarId): Promise<CalendarSurroundings | null>;
  /** Calendars that are there; `includeRemoved` adds those found gone. Those of a disconnected connection are there for who names it. */
  listCalendars(filter?: { connectionId?: ConnectionId; accountId?: AccountId; includeRemoved?: boolean }): Promise<Calendar[]>;
  applyCalendarList(update: CalendarListUpdate): Promise<void>;
}
