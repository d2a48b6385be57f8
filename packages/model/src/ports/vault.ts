import type { AccountId, OrganizationId } from "../ids.ts";

/** Where a sealed value lives. All of it is bound into the seal: a value moved elsewhere does not open. */
export interface SealContext {
  organizationId: OrganizationId;
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
  seal(plaintext: Uint8Array, context: SealContext): Uint8Array;
  /** Throws `open-failed`, and nothing more telling, for every value that does not open. */
  open(sealed: Uint8Array, context: SealContext): Uint8Array;
  /** A keyed digest (32 hex characters): equal texts of one account have equal digests, and nobody else can compute them. */
  digest(text: string): string;
}

/** Seals secrets under keys that never touch the database. */
export interface Vault {
  /** Seals one value under a fresh random salt. */
  seal(plaintext: Uint8Array, context: SealContext): Promise<Uint8Array>;
  /** Throws `open-failed` or `envelope-unknown`. */
  open(sealed: Uint8Array, context: SealContext): Promise<Uint8Array>;
  /** The account's own data key, made ready. */
  forAccount(organizationId: OrganizationId, accountId: AccountId): Promise<AccountSealer>;
  /** A value that tells whether a database was sealed with this key, without telling the key. */
  keyCheck(): Promise<string>;
}
