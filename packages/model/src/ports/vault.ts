import type { AccountId, OrganizationId } from "../ids.ts";
import type { DataKeyRow, DataKeyStore } from "./data-key-store.ts";
import type { WrappedDataKey } from "./key-service.ts";

/** Where a sealed value lives. All of it is bound into the seal: a value moved elsewhere does not open. */
export interface SealContext {
  organizationId: OrganizationId;
  /** Whose data key seals it, where the value is an account's; without it the organization's own. */
  accountId?: AccountId;
  table: string;
  row: string;
  column: string;
  /** What the value is for: `credential`, `content`, ... */
  purpose: string;
  /** Counts up when the value is replaced by a newer one, so that an old one cannot be put back. */
  generation: number;
}

/** Seals and opens many small values of one account, without waiting. */
export interface AccountSealer {
  /** Of a text its UTF-8 bytes are sealed. */
  seal(plaintext: Uint8Array | string, context: SealContext): Uint8Array;
  /**
   * Like `seal`, with a nonce that follows from the key, the context and the text: the same text in the same context gives the same value.
   * For what the database has to find or keep unique; it tells that two values are equal, and nothing else.
   */
  sealFixed(plaintext: Uint8Array | string, context: SealContext): Uint8Array;
  /** Throws `open-failed`, and nothing more telling, for every value that does not open. */
  open(sealed: Uint8Array, context: SealContext): Uint8Array;
  /** A keyed digest (32 hex characters): equal texts of one account have equal digests, and nobody else can compute them. */
  digest(text: string): string;
}

/** Seals secrets under data keys that lie in the database only wrapped, by a key service outside of it. */
export interface Vault {
  /** Seals one value under a fresh random salt. Throws `key-service-failed`. */
  seal(plaintext: Uint8Array, context: SealContext): Promise<Uint8Array>;
  /** Throws `open-failed`, `envelope-unknown` or `key-service-failed`. */
  open(sealed: Uint8Array, context: SealContext): Promise<Uint8Array>;
  /** The account's own data key, made ready; made where there is none yet. Throws like `open`. */
  forAccount(organizationId: OrganizationId, accountId: AccountId): Promise<AccountSealer>;
  /** A text that tells whether a database belongs to this key service, without telling a key. Wrapped by the primary key of now. */
  newKeyCheck(): Promise<string>;
  /** False where the key service cannot open the check: it is another one, or lacks the key. */
  fitsKeyCheck(check: string): Promise<boolean>;
  /** Id of the key that wraps a check. */
  keyOfCheck(check: string): string;
  /** The data key of a row under the primary key of now; the row itself where it is that already. */
  rewrap(organizationId: OrganizationId, row: DataKeyRow): Promise<WrappedDataKey>;
  /**
   * The same vault with its wrapped data keys in another place: inside a transaction, which may yet be rolled back. A vault that keeps none in the
   * store returns itself.
   */
  joined(dataKeys: (organizationId: OrganizationId) => DataKeyStore): Vault;
  /** Ends a data key: nothing that it sealed opens any more. See `KeyService.destroy` for what the answer means. */
  destroyDataKey(organizationId: OrganizationId, accountId: AccountId): Promise<"final" | "logical">;
}
