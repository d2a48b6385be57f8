/** A user of an identity provider; the id is the account's. */
export interface ProvisionedUserTable {
  organization: string;
  account_id: string;
  /** Sealed so that equal names are equal. */
  user_name: string;
  /** Sealed so that equal ids are equal. */
  external_id: string | null;
  active: number;
  /** Sealed JSON. */
  attributes: string;
  created_at: number;
  changed_at: number;
  version: number;
}

export interface ProvisionedGroupTable {
  organization: string;
  id: string;
  /** Sealed so that equal names are equal. */
  display_name: string;
  external_id: string | null;
  /** Sealed JSON. */
  attributes: string;
  created_at: number;
  changed_at: number;
  version: number;
}

export interface ProvisionedMembershipTable {
  organization: string;
  group_id: string;
  account_id: string;
}

export interface ProvisioningTables {
  provisioned_user: ProvisionedUserTable;
  provisioned_group: ProvisionedGroupTable;
  provisioned_membership: ProvisionedMembershipTable;
}
