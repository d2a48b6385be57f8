import type { AccountId } from "./ids.ts";

/** A user that an identity provider keeps in this organization (SCIM 2.0, RFC 7643 section 4.1). Its id is the account's. */
export interface ProvisionedUser {
  accountId: AccountId;
  /** The identity provider's name of the user; unique in the organization without regard to case. */
  userName: string;
  /** The identity provider's own id of the user, if it gave one. */
  externalId: string | null;
  /** `false`: deprovisioned. Nothing of the account is read or shown until the user is active and connected again. */
  active: boolean;
  /** JSON of the attributes that the identity provider keeps here (names, addresses and the like). */
  attributes: string;
  createdAt: number;
  changedAt: number;
  /** Counts the changes; from 1. */
  version: number;
}

/** A group that an identity provider keeps in this organization (RFC 7643 section 4.2). */
export interface ProvisionedGroup {
  id: string;
  /** Unique in the organization without regard to case. */
  displayName: string;
  externalId: string | null;
  memberIds: AccountId[];
  /** JSON of other attributes that the identity provider keeps here. */
  attributes: string;
  createdAt: number;
  changedAt: number;
  version: number;
}
