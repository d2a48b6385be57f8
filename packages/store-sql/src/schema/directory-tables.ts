export interface OrganizationTable {
  id: string;
  name: string;
  created_at: number;
}

export interface ApplicationTable {
  organization: string;
  id: string;
  name: string;
  days_back: number;
  days_ahead: number;
  /** JSON array of scopes. */
  scopes: string;
  created_at: number;
  /** 1 where records are kept for it. */
  feed: number;
}

export interface AccountTable {
  organization: string;
  id: string;
  external_id: string | null;
  display_name: string | null;
  time_zone: string;
  created_at: number;
  /** Counts the changes of who may see what of the account. */
  rules: number;
  /** When its purge began; it is nobody's any more, and stands until the last row that hangs on it is gone. */
  purging_at: number | null;
}

export interface ConnectionTable {
  organization: string;
  id: string;
  account_id: string;
  provider: string;
  state: string;
  remote_identity: string;
  label: string;
  /** JSON object of texts. */
  endpoint: string;
  created_at: number;
  listed_at: number | null;
  paused_until: number | null;
  error_code: string | null;
  /** JSON array of texts. */
  granted_scopes: string | null;
  disconnected_at: number | null;
  /** When the provider first said that the grant is void; `null` after a new proof. */
  refused_at: number | null;
  /** When its purge began; it stands until the last row that hangs on it is gone. */
  purging_at: number | null;
}

export interface CredentialTable {
  organization: string;
  connection_id: string;
  generation: number;
  sealed: Uint8Array;
}

/** The empty account id stands for the organization itself. */
export interface DataKeyTable {
  organization: string;
  account_id: string;
  key_id: string;
  epoch: number;
  wrapped: Uint8Array;
}

/** The right to renew a credential; one row per connection that was ever renewed. */
export interface CredentialRenewalTable {
  organization: string;
  connection_id: string;
  generation: number;
  token: number;
  holder: string | null;
  lease_until: number;
  /** When the refresh token of that generation left for the provider; `null` where it surely did not. */
  exchange_at: number | null;
}

export interface MemberTable {
  organization: string;
  id: string;
  role: string;
  joined_at: number;
}

export interface InvitationTable {
  organization: string;
  id: string;
  digest: string;
  role: string;
  invited_by: string | null;
  created_at: number;
  expires_at: number;
  used_at: number | null;
  used_by: string | null;
  revoked_at: number | null;
}

/** `authorization` is a reserved word of SQL. */
export interface AccessAuthorizationTable {
  organization: string;
  id: string;
  application_id: string;
  account_id: string;
  /** JSON array of scopes. */
  scopes: string;
  detail: string;
  no_descriptions: number;
  /** JSON array of calendar ids. */
  excluded_calendar_ids: string;
  state: string;
  created_at: number;
  ended_at: number | null;
  end_reason: string | null;
  private_events: number;
  /** JSON array of calendar ids. */
  raised_calendar_ids: string;
}

export interface CalendarTable {
  organization: string;
  id: string;
  connection_id: string;
  account_id: string;
  remote_key: string;
  name: string;
  color: string | null;
  time_zone: string | null;
  read_only: number;
  /** JSON object of texts. */
  hints: string;
  created_at: number;
  removed_at: number | null;
}

/** People, logins and calendars. */
export interface DirectoryTables {
  organization: OrganizationTable;
  application: ApplicationTable;
  account: AccountTable;
  connection: ConnectionTable;
  credential: CredentialTable;
  data_key: DataKeyTable;
  credential_renewal: CredentialRenewalTable;
  member: MemberTable;
  invitation: InvitationTable;
  access_authorization: AccessAuthorizationTable;
  calendar: CalendarTable;
}
