export interface SettingTable {
  name: string;
  value: string;
}

export interface MigrationTable {
  number: number;
  name: string;
  checksum: string;
  applied_at: number | null;
}

/** Shared budgets of requests. */
export interface RequestBudgetTable {
  name: string;
  /** When everything that was granted will have been earned at the steady rate, in microseconds since the epoch. */
  free_at: number;
}

/** Things of the whole database. */
export interface SystemTables {
  setting: SettingTable;
  migration: MigrationTable;
  request_budget: RequestBudgetTable;
}
