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
  job_token: number;
}

export interface JobTable {
  organization: string;
  kind: string;
  subject: string;
  run_at: number;
  /** A job that was asked for again while it ran; taken over when the run ends. */
  again_at: number | null;
  attempts: number;
  token: number;
  holder: string | null;
  lease_until: number | null;
}

/** Append-only: triggers refuse UPDATE and DELETE. */
export interface AuditRecordTable {
  organization: string;
  number: number;
  at: number;
  /** Id of the calendar or connection that the line is about. */
  subject: string;
  line: string;
}

/** Ordered output, waiting work and the audit log. */
export interface FeedTables {
  change_record: ChangeRecordTable;
  feed_counter: FeedCounterTable;
  job: JobTable;
  audit_record: AuditRecordTable;
}
