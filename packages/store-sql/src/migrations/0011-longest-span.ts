import type { SqlFlavor } from "../database/sql-flavor.ts";
import type { Migration } from "./migration.ts";

/**
 * How long a calendar's longest busy span is: a question about a range then knows how far behind it the reading may end. It holds for the claim
 * named beside it and for claims that carried it on. Workers of the version before do not know the columns: their claims do not carry it on, so what
 * they write is never read by a length that no longer fits.
 */
function statements(flavor: SqlFlavor): string[] {
  return ["longest_span", "longest_span_token"].map((column) => `alter table sync_state add column ${column} ${flavor.types.integer}`);
}

export const longestSpan: Migration = { number: 11, name: "longest-span", statements };
