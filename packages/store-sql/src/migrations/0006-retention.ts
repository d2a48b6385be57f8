import type { Migration } from "./migration.ts";

/** Marks that retention reads: ends of connections, refusals, purges under way, and when an object left the window. */
export const retention: Migration = {
  number: 6,
  name: "retention",
  statements: ({ types: { integer } }) => [
    `alter table account add column purging_at ${integer}`,
    ...["disconnected_at", "refused_at", "purging_at"].map((column) => `alter table connection add column ${column} ${integer}`),
    `alter table calendar_object add column left_at ${integer}`,
  ],
};
