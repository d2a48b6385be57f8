export interface WatchChannelTable {
  organization: string;
  id: string;
  connection_id: string;
  /** `null`: the connection's list of calendars. */
  calendar_id: string | null;
  token_digest: string;
  state: string;
  resource: string | null;
  created_at: number;
  expires_at: number;
  notified_at: number | null;
}

export interface ConnectAttemptTable {
  organization: string;
  state_digest: string;
  binding_digest: string;
  account_id: string;
  provider: string;
  redirect_uri: string;
  /** JSON array of texts. */
  scopes: string;
  issuer: string | null;
  issuer_promised: number;
  connection_id: string | null;
  return_to: string | null;
  verifier: Uint8Array;
  created_at: number;
  expires_at: number;
}

/** What is agreed with providers: who is expected back from them, and what they tell us of. */
export interface ConnectTables {
  watch_channel: WatchChannelTable;
  connect_attempt: ConnectAttemptTable;
}
