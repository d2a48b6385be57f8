import type { AccountId } from "../ids.ts";
import type { AuditEntry } from "./audit-log.ts";
import type { WrappedDataKey } from "./key-service.ts";

/** A wrapped data key as it is stored: one for each account, and one for the organization itself under the empty id. */
export interface DataKeyRow extends WrappedDataKey {
  accountId: AccountId;
  /** 1, and one more with each new wrapping. */
  epoch: number;
}

/** The wrapped data keys of one organization. */
export interface DataKeyStore {
  get(accountId: AccountId): Promise<DataKeyRow | null>;
  /** Stores the first wrapping and returns the one that stands: of two that come at once, the first. */
  add(accountId: AccountId, wrapped: WrappedDataKey): Promise<DataKeyRow>;
  /** Rows that are not wrapped by `keyId`, in the order of their accounts, at most `limit`. */
  notUnder(keyId: string, limit: number): Promise<DataKeyRow[]>;
  /** How many rows each key wraps. */
  countByKey(): Promise<Map<string, number>>;
  /**
   * Replaces wrappings, with an audit record, in one transaction; a row whose epoch moved meanwhile is left as it is.
   * Returns how many were replaced.
   */
  rewrap(rows: readonly DataKeyRow[], audit: AuditEntry, at: number): Promise<number>;
  remove(accountId: AccountId): Promise<void>;
}
