import type { AccountId, ConnectionId } from "../ids.ts";
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

/** What is held of whom, and its end. */
export interface RetentionStore {
  /** What hangs on a connection or an account. */
  rowsOf(subject: HeldBy): Promise<RowCounts>;
  /**
   * Moves a connection to `disconnected`: its jobs leave the queue, running syncs lose their claims, its calendars are listed no more. The
   * credential stays until `dropCredential`, so that the provider can be told. Returns false where that was so before. Throws `not-found`.
   */
  stopConnection(stop: StopConnection): Promise<boolean>;
  /** The sealed credential and the right to renew it go. Returns whether there was one. */
  dropCredential(connectionId: ConnectionId): Promise<boolean>;
  /** The next step of a purge that `stopConnection` began, children before parents; after a crash it goes on where it was. */
  purgeConnection(connectionId: ConnectionId, now: number): Promise<PurgeStep>;
}
