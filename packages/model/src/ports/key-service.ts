import type { AccountId, OrganizationId } from "../ids.ts";

/** Whose data key it is. A key service binds both into the wrapping: a wrapped key moved elsewhere does not open. */
export interface DataKeyContext {
  organizationId: OrganizationId;
  /** Empty for the data key of the organization itself. */
  accountId: AccountId;
}

/** A data key, wrapped by a key that never leaves the key service. Safe to store. */
export interface WrappedDataKey {
  /** Names the wrapping key; tells nothing about it. */
  keyId: string;
  wrapped: Uint8Array;
}

/** A data key fresh from the key service. */
export interface GeneratedDataKey extends WrappedDataKey {
  /** The 32 bytes themselves; for memory only. */
  plaintext: Uint8Array;
}

/**
 * Four calls that a keyring in a file, a cloud KMS or an HSM can all answer. All of them may be retried. Failures of the service itself
 * are `key-service-failed`; a key that the service does not have, or no longer lets be used, is `envelope-unknown`; a wrapped key that
 * does not open is `open-failed`.
 */
export interface KeyService {
  /** Makes a data key of 32 bytes, wrapped under the service's primary key. */
  generateDataKey(context: DataKeyContext): Promise<GeneratedDataKey>;
  unwrap(wrapped: WrappedDataKey, context: DataKeyContext): Promise<Uint8Array>;
  /** The same data key under the primary key of now. Answers what it was given where that is the primary already. */
  rewrap(wrapped: WrappedDataKey, context: DataKeyContext): Promise<WrappedDataKey>;
  /**
   * Forgets what the service keeps for this context alone. `final`: no copy of the wrapped key can be opened ever again, wherever it lies.
   * `logical`: the service keeps nothing per context; copies in backups open until their wrapping key is destroyed.
   */
  destroy(context: DataKeyContext): Promise<"final" | "logical">;
}
