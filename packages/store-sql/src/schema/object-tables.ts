/** One row per calendar, made with it. */
export interface SyncStateTable {
  organization: string;
  calendar_id: string;
  token: number;
  /** Who holds the claim; `null` where it was given back. */
  holder: string | null;
  lease_until: number;
  pass: number;
  cursor: string | null;
  window_from: number | null;
  window_to: number | null;
  spans_behind: number;
  refused_removals: number | null;
  refused_pass: number | null;
  failures: number;
  last_success: number | null;
  last_snapshot: number | null;
  error_code: string | null;
  next_try: number | null;
  /** Objects that passes before this one saw last hold less than the rules allow now; 0: none. */
  reread_from: number;
  last_change: number | null;
  cadence: string | null;
  /** Length of the longest busy span in ms, or more; believed only where `longest_span_token` is `token`. */
  longest_span: number | null;
  longest_span_token: number | null;
}

export interface CalendarObjectTable {
  organization: string;
  calendar_id: string;
  remote_key: string;
  uid: string;
  revision: string | null;
  digest: string;
  first_ms: number;
  /** `endless` (see below) for a series without end, so that one comparison serves all rows. */
  last_ms: number;
  outside: number;
  pass: number;
  warnings: string | null;
  timing: string;
  title: Uint8Array | null;
  content: Uint8Array | null;
  description: Uint8Array | null;
  /** 1 where one of its events is marked private. */
  private: number;
}

export interface QuarantinedItemTable {
  organization: string;
  calendar_id: string;
  remote_key: string;
  revision: string | null;
  code: string;
  reason: string;
  pass: number;
}

export interface BusySpanTable {
  organization: string;
  calendar_id: string;
  to_ms: number;
  from_ms: number;
  kind: string;
}

export interface TombstoneTable {
  organization: string;
  calendar_id: string;
  remote_key: string;
  uid: string;
  removed_at: number;
}

/** What syncing keeps of calendars. */
export interface ObjectTables {
  sync_state: SyncStateTable;
  calendar_object: CalendarObjectTable;
  quarantined_item: QuarantinedItemTable;
  busy_span: BusySpanTable;
  tombstone: TombstoneTable;
}

/** Stands in `last_ms` for "without end": the last instant that a JavaScript date can name (ECMA-262 section 21.4.1.1). */
export const endless = 8_640_000_000_000_000;

/** The state of a calendar that nobody has synced. */
export const freshSyncState: Omit<SyncStateTable, "organization" | "calendar_id"> = {
  token: 0,
  holder: null,
  lease_until: 0,
  pass: 0,
  cursor: null,
  window_from: null,
  window_to: null,
  spans_behind: 0,
  refused_removals: null,
  refused_pass: null,
  failures: 0,
  last_success: null,
  last_snapshot: null,
  error_code: null,
  next_try: null,
  reread_from: 0,
  last_change: null,
  cadence: null,
  longest_span: null,
  longest_span_token: null,
};
