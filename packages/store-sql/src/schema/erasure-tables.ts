export interface ErasureTable {
  organization: string;
  id: string;
  account_id: string;
  requested_at: number;
  actor: string;
  /** JSON: rows by table. */
  found: string;
  key_end: string | null;
  key_id: string | null;
  key_epoch: number | null;
  finished_at: number | null;
}

export interface ErasureItemTable {
  organization: string;
  erasure_id: string;
  system: string;
  done_at: number | null;
  done_by: string | null;
}

export interface ErasureGrantTable {
  organization: string;
  erasure_id: string;
  connection_id: string;
  provider: string;
  sealed: Uint8Array;
}

/** Requests to be forgotten. No foreign key to the account: they outlive it. */
export interface ErasureTables {
  erasure: ErasureTable;
  erasure_item: ErasureItemTable;
  erasure_grant: ErasureGrantTable;
}
