import type { SqlFlavor } from "../database/sql-flavor.ts";

export interface TableParts {
  columns: string[];
  keys: string[];
  /** Small rows that are read in the order of their key are stored in that order, without a second index. */
  clustered?: boolean;
}

export function createTable(flavor: SqlFlavor, name: string, parts: TableParts): string {
  const lines = [...parts.columns, ...parts.keys].map((line) => `  ${line}`);
  return `create table ${name} (\n${lines.join(",\n")}\n)${flavor.tableOptions(parts.clustered === true)}`;
}
