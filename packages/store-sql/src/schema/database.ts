import type { ConnectTables } from "./connect-tables.ts";
import type { DirectoryTables } from "./directory-tables.ts";
import type { ErasureTables } from "./erasure-tables.ts";
import type { FeedTables } from "./feed-tables.ts";
import type { ObjectTables } from "./object-tables.ts";
import type { ProvisioningTables } from "./provisioning-tables.ts";
import type { SystemTables } from "./system-tables.ts";

/** Every table. The organization stands first in each primary, unique and foreign key, `setting` and `migration` excepted. */
export type Database = DirectoryTables & ObjectTables & FeedTables & ErasureTables & ConnectTables & ProvisioningTables & SystemTables;
