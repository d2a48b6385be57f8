export interface ChangeRecordTable {
  organization: string;
  sequence: number;
  kind: string;
  account_id: string;
  connection_id: string;
  calendar_id: string | null;
  uid: string | null;
  remote_key: string | null;
  at: number;
}

/** The last number given out, per organization and per numbered thing. Its row is locked by whoever numbers: hence no gaps. */
export interface FeedCounterTable {
  organization: string;
  change_sequence: number;
  audit_number: number;
  /** Hash of the newest audit record; `null` where there is none. */
  audit_head: Uint8Array | null;
  alert_number: number;
  job_token: number;
}

/** One application's own feed. */
export interface ApplicationRecordTable {
  organization: string;
  application_id: string;
  sequence: number;
  kind: string;
  account_id: string;
  calendar_id: string | null;
  uid: string | null;
  at: number;
}

/** The last number given out in an application's feed. */
export interface ApplicationFeedCounterTable {
  organization: string;
  application_id: string;
  sequence: number;
}

export interface JobTable {
  organization: string;
  kind: string;
  subject: string;
  /** Not before this time. */
  run_at: number;
  /** Since when the work is owed, where that is earlier than `run_at`: it was tried already. */
  owed_since: number | null;
  /** A job that was asked for again while it ran; taken over when the run ends. */
  again_at: number | null;
  attempts: number;
  /** Runs in a row that ended without a word. */
  lost_runs: number;
  token: number;
  holder: string | null;
  lease_until: number | null;
  /** How much earlier than it is owed the job counts as owed, for its order among others; in ms. */
  head_start: number;
  again_head_start: number;
  /** The provider that it calls, or empty. */
  lane: string;
  /** Of the last failed run. */
  error_code: string | null;
  /** Since when it is a dead letter. */
  dead_since: number | null;
}

/** Append-only: triggers refuse UPDATE and DELETE. Each record's hash covers the one before. */
export interface AuditRecordTable {
  organization: string;
  sequence: number;
  at: number;
  action: string;
  actor: string;
  subject: string;
  detail: string;
  previous_hash: Uint8Array;
  hash: Uint8Array;
}

/** Append-only. `first` is the record that raised the alert. */
export interface AlertRecordTable {
  organization: string;
  sequence: number;
  first: number;
  step: string;
  kind: string;
  subject: string;
  detail: string;
  actor: string;
  at: number;
}

/** Ordered output, waiting work, the audit log and alerts. */
export interface FeedTables {
  change_record: ChangeRecordTable;
  feed_counter: FeedCounterTable;
  application_record: ApplicationRecordTable;
  application_feed_counter: ApplicationFeedCounterTable;
  job: JobTable;
  audit_record: AuditRecordTable;
  alert_record: AlertRecordTable;
}
