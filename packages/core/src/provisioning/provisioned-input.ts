import type { AccountId } from "@kalends/model";

/** What an identity provider says of a user. */
export interface ProvisionedUserInput {
  userName: string;
  externalId?: string | null;
  active: boolean;
  /** JSON of everything else that it wants back. At most 64 KiB. */
  attributes: string;
  /** Used where the account is made with the user. */
  displayName?: string;
  /** IANA zone, used where the account is made with the user. Default `UTC`. */
  timeZone?: string;
}

export interface ProvisionedGroupInput {
  displayName: string;
  externalId?: string | null;
  /** Account ids of provisioned users. */
  memberIds: readonly AccountId[];
  attributes: string;
}
