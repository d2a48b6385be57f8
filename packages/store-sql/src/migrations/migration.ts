import type { SqlFlavor } from "../database/sql-flavor.ts";

/** One numbered step of the schema. Forward only, and never edited once released: its checksum is stored with it. */
export interface Migration {
  number: number;
  name: string;
  /** The statements, in order, without a semicolon at the end. */
  statements(flavor: SqlFlavor): string[];
}
