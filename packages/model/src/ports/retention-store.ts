import type { AccountId, ApplicationId, AuthorizationId, ConnectionId } from "../ids.ts";
import type { BatchAudience } from "./sync-store.ts";

/** What rows hang on. */
export type HeldBy = { accountId: AccountId } | { connectionId: ConnectionId };

/** Rows by table; tables without any are left out. */
export type RowCounts = Readonly<Record<string, number>>;

/** A connection that comes to its end, applied in ONE transaction with its change records and its audit record. */
export interface StopConnection {
  connectionId: ConnectionId;
  /** The connection is to go with everything that hangs on it: its calendars are gone from now on, and `purgeConnection` does the rest. */
  purge: boolean;
  /** What applications with a feed of their own are told. */
  audience?: BatchAudience;
  actor: string;
  now: number;
}

/** One step of a purge: one transaction. */
export interface PurgeStep {
  /** Nothing is left. */
  done: boolean;
  /** What this step removed. */
  rows: RowCounts;
}

/** Rows on either side of a time; `oldest` in ms since the epoch. */
export interface AgedRows {
  rows: number;
  oldest: number;
}

/** What is held of one account, as far as the rules ask for it. */
export interface HeldAccount {
  accountId: AccountId;
  createdAt: number;
  /** Number of the last change of who may see what. A purge names it and is refused where it moved. */
  rules: number;
  /** Its purge was begun. */
  purging: boolean;
  authorizations: { id: AuthorizationId; applicationId: ApplicationId; endedAt: number | null }[];
  /** Connections with a sealed credential. */
  credentials: { connectionId: ConnectionId; refusedAt: number | null; disconnectedAt: number | null }[];
  /** Calendar objects that ended at or before `due` and are more than a sync mark; `oldest`: the earliest end. */
  due: AgedRows | null;
  /** Those that ended after that and at or before `left`. */
  left: AgedRows | null;
  /** All other objects, busy spans and items set aside. */
  events: number;
  /** Rows of accounts, connections, calendars and rights. */
  structure: number;
}

/** Operational rows of one table. */
export interface HeldRecords {
  table: string;
  /** Written at or before the time asked for. */
  old: AgedRows | null;
  recent: AgedRows | null;
}

/** What is held of whom, and its end. */
export interface RetentionStore {
  /** What hangs on a connection or an account. */
  rowsOf(subject: HeldBy): Promise<RowCounts>;
  /**
   * Moves a connection to `disconnected`: its jobs leave the queue, running syncs lose their claims, its calendars are listed no more. The
   * credential stays until `dropCredential`, so that the provider can be told. Returns false where that was so before. Throws `not-found`.
   */
  stopConnection(stop: StopConnection): Promise<boolean>;
  /**
   * The sealed credential and the right to renew it go, and all jobs of the connection with them. `generation`: only where it is still that one.
   * Returns whether there was one.
   */
  dropCredential(connectionId: ConnectionId, generation?: number): Promise<boolean>;
  /** The next step of a purge that `stopConnection` began, children before parents; after a crash it goes on where it was. */
  purgeConnection(connectionId: ConnectionId, now: number): Promise<PurgeStep>;

  /** Connections whose purge was begun and is not done. */
  purgingConnections(): Promise<ConnectionId[]>;
  /** Ids of accounts after `after`, in order, at most `limit`; those under purge too. */
  accountIds(after: AccountId | null, limit: number): Promise<AccountId[]>;
  /** `ends`: see `HeldAccount.due` and `left`. `null` where there is no such account. */
  heldOf(accountId: AccountId, ends: { left: number; due: number }): Promise<HeldAccount | null>;
  heldRecords(writtenBefore: number): Promise<HeldRecords[]>;

  /**
   * Of events that ended at or before `endedBefore` only the sync mark stays: the provider's key and revision, no times and no content. Busy
   * spans that ended by then go. One calendar in one step.
   */
  forgetPassed(accountId: AccountId, endedBefore: number, now: number): Promise<PurgeStep>;
  /** Titles, contents and descriptions of all events of the account go; times stay. */
  dropContent(accountId: AccountId): Promise<number>;
  /**
   * The next calendar of the account loses its events and everything derived from them; it is read whole when somebody is authorized again.
   * Throws `revision-conflict` where the account's rules are not `rules` any more; then nothing was removed.
   */
  purgeEvents(accountId: AccountId, rules: number, now: number): Promise<PurgeStep>;
  /**
   * Marks an account as going: from now on nobody finds it. Its jobs and running syncs end. Throws `revision-conflict` where its rules are not
   * `rules` any more.
   */
  beginPurge(accountId: AccountId, rules: number, now: number): Promise<void>;
  /**
   * The next step of an account's purge, children before parents, the account itself last. `records`: the feed's records of it go too.
   * Throws `not-found` where no purge was begun.
   */
  purgeAccount(accountId: AccountId, options: { records: boolean; now: number }): Promise<PurgeStep>;
  /** Removes what was written at or before the time. */
  dropRecords(table: string, writtenBefore: number): Promise<number>;
}
