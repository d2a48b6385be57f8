import type { SqlFlavor } from "../database/sql-flavor.ts";

export interface TableParts {
  columns: string[];
  keys: string[];
  /** Small rows that are read in the order of their key are stored in that order, without a second index. */
  clustered?: boolean;
}

/**
 * A table. One that has a column `organization` is an organization's: on Postgres every such table gets its row-level security by itself
 * after the schema steps, so a new one needs to be named nowhere. Its keys begin with the organization.
 */
export function createTable(flavor: SqlFlavor, name: string, parts: TableParts): string {
  return flavor.createTable(name, [...parts.columns, ...parts.keys], parts.clustered === true);
}
