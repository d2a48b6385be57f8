import type { CalendarId, ConnectionId } from "../ids.ts";

/**
 * - `opening`: written before the provider is asked. After a crash the provider may or may not hold it.
 * - `open`: the provider confirmed it.
 * - `closing`: to be stopped at the provider, which has not confirmed that yet.
 */
export type WatchState = "opening" | "open" | "closing";

/** One watch channel. The row goes when the provider confirmed its end, or when it ended by itself. */
export interface WatchChannel {
  /** Named by us; the provider sends it with each notification. */
  id: string;
  connectionId: ConnectionId;
  /** What is watched; `null`: the connection's list of calendars. */
  calendarId: CalendarId | null;
  /** SHA-256 of the token, 64 hex digits. The token itself is nowhere but at the provider. */
  tokenDigest: string;
  state: WatchState;
  /** The provider's name of it; `null` as long as no answer and no notification told it. */
  resource: string | null;
  createdAt: number;
  /** While `opening`: what was asked for. Ms since the epoch. */
  expiresAt: number;
  /** When the last good notification came in. */
  notifiedAt: number | null;
}

export interface NewWatchChannel {
  id: string;
  connectionId: ConnectionId;
  calendarId: CalendarId | null;
  tokenDigest: string;
  createdAt: number;
  expiresAt: number;
}

/** Watch channels of one organization. */
export interface WatchStore {
  /** Writes the intent, in the state `opening`. Throws `already-exists`, and `not-found` for an unknown calendar or connection. */
  add(channel: NewWatchChannel): Promise<void>;
  /** The provider confirmed it: `opening` becomes `open`; a channel that is to be closed only learns the rest. False where there is none. */
  confirm(id: string, opened: { resource: string; expiresAt: number }): Promise<boolean>;
  /** Moves channels to `closing`; returns how many were not there already. */
  close(ids: readonly string[]): Promise<number>;
  /** The provider holds it no more. */
  remove(id: string): Promise<void>;
  find(id: string): Promise<WatchChannel | null>;
  /** Oldest first. */
  list(filter?: { calendarId?: CalendarId; connectionId?: ConnectionId; state?: WatchState }): Promise<WatchChannel[]>;
  /** Notes a good notification, and the resource where it was not known. */
  noteNotified(id: string, at: number, resource: string | null): Promise<void>;
}
