import type { Migration } from "./migration.ts";

/**
 * Changes no table. With each step the functions over all organizations are written anew: from here on they also know who holds the right to
 * renew a credential.
 */
export const renewalHolders: Migration = { number: 9, name: "renewal-holders", statements: () => [] };
