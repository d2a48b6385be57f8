import type { AccountId, ConnectionId, OrganizationId, ProviderId } from "../ids.ts";
import type { RowCounts } from "./retention-store.ts";

/** A request to be forgotten, as it is remembered after the person is gone: ids and counts, nothing else. */
export interface Erasure {
  id: string;
  accountId: AccountId;
  requestedAt: number;
  actor: string;
  /** Rows by table when it began. */
  found: RowCounts;
  /** How the account's data key ended; `null`: not yet. */
  key: ErasedKey | null;
  /** When the last row was gone and the bytes were overwritten; `null`: under way. */
  finishedAt: number | null;
}

/** The end of a data key. */
export interface ErasedKey {
  /** `final`: no copy can be opened ever again. `logical`: copies in backups open until the wrapping key is destroyed. */
  end: "final" | "logical";
  /** The wrapping key and the number of the wrapping; `null`: the account had no data key any more. */
  keyId: string | null;
  epoch: number | null;
}

/** A system outside that has to be told; it stays on the list until somebody ticks it off. */
export interface ErasureItem {
  system: string;
  doneAt: number | null;
  doneBy: string | null;
}

/** A grant that is to be taken back at its provider, sealed under the organization's own data key. */
export interface ErasureGrant {
  connectionId: ConnectionId;
  provider: ProviderId;
  sealed: Uint8Array;
}

export interface NewErasure {
  id: string;
  accountId: AccountId;
  actor: string;
  found: RowCounts;
  items: readonly string[];
  grants: readonly ErasureGrant[];
  now: number;
}

/** Requests to be forgotten, of one organization. */
export interface ErasureStore {
  /**
   * In ONE transaction: the request is written down, nobody finds the account any more, its jobs and syncs end, and `erasure-requested` goes
   * to the organization's feed and to those of applications that ever had a right to it. Doing it again under the same id does nothing.
   */
  begin(erasure: NewErasure): Promise<void>;
  find(id: string): Promise<Erasure | null>;
  /** Newest first. */
  list(filter?: { accountId?: AccountId; unfinished?: boolean }): Promise<Erasure[]>;
  noteKey(id: string, key: ErasedKey): Promise<void>;
  /** With its audit record. */
  finish(id: string, now: number): Promise<void>;
  items(id: string): Promise<ErasureItem[]>;
  /** Returns false where it was ticked off before. Throws `not-found`. */
  tick(id: string, system: string, actor: string, now: number): Promise<boolean>;
  grants(id: string): Promise<ErasureGrant[]>;
  /** The provider confirmed it. */
  dropGrant(id: string, connectionId: ConnectionId): Promise<void>;
}

/** One line of the ledger. */
export interface LedgerEntry {
  organizationId: OrganizationId;
  accountId: AccountId;
  erasureId: string;
  /** Ms since the epoch. */
  requestedAt: number;
}

/**
 * Requests to be forgotten, kept apart from the database and its backups: what is restored from a backup is erased again at the next start.
 * Holds ids only.
 */
export interface ErasureLedger {
  /** Durable when it resolves. An entry of the same erasure is written once. */
  append(entry: LedgerEntry): Promise<void>;
  entries(): Promise<LedgerEntry[]>;
}
