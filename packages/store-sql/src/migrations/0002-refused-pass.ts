import type { Migration } from "./migration.ts";

/** Which reading was refused, so that the next one removes only what both did not name. */
export const refusedPass: Migration = {
  number: 2,
  name: "refused-pass",
  statements: (flavor) => [`alter table sync_state add column refused_pass ${flavor.types.integer}`],
};
