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

/** Things of the whole database. */
export interface SystemTables {
  setting: SettingTable;
  migration: MigrationTable;
}
