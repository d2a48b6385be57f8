import type { OrganizationId, OrganizationStore } from "@kalends/model";
import type { SqlDatabase } from "./database/sql-database.ts";
import { SqlAlertLog } from "./alerts/sql-alert-log.ts";
import { SqlAuditLog } from "./audit/sql-audit-log.ts";
import { SqlConnectAttempts } from "./connect/sql-connect-attempts.ts";
import { SqlCredentialStore } from "./directory/sql-credential-store.ts";
import { SqlDataKeyStore } from "./directory/sql-data-key-store.ts";
import { SqlDirectory } from "./directory/sql-directory.ts";
import { SqlErasureStore } from "./erasure/sql-erasure-store.ts";
import { SqlApplicationFeed } from "./feed/sql-application-feed.ts";
import { SqlMemberStore } from "./organizations/sql-member-store.ts";
import { SqlChangeFeed } from "./feed/sql-change-feed.ts";
import { SqlJobQueue } from "./jobs/sql-job-queue.ts";
import { SqlProvisioningStore } from "./provisioning/sql-provisioning-store.ts";
import { SqlReader } from "./read/sql-reader.ts";
import { SqlRetentionStore } from "./retention/sql-retention-store.ts";
import { SqlSyncStore } from "./sync/sql-sync-store.ts";
import { SqlWatchStore } from "./watches/sql-watch-store.ts";

/** The handle that every call on one organization's data goes through; its id stands in each query. */
export function sqlOrganizationStore(whole: SqlDatabase, organizationId: OrganizationId): OrganizationStore {
  const database = whole.of(organizationId);
  return {
    organizationId,
    directory: new SqlDirectory(database, organizationId),
    sync: new SqlSyncStore(database, organizationId),
    reader: new SqlReader(database, organizationId),
    feed: new SqlChangeFeed(database, organizationId),
    jobs: new SqlJobQueue(database, organizationId),
    credentials: new SqlCredentialStore(database, organizationId),
    dataKeys: new SqlDataKeyStore(database, organizationId),
    audit: new SqlAuditLog(database, organizationId),
    alerts: new SqlAlertLog(database, organizationId),
    members: new SqlMemberStore(database, organizationId),
    provisioning: new SqlProvisioningStore(database, organizationId),
    applicationFeed: new SqlApplicationFeed(database, organizationId),
    watches: new SqlWatchStore(database, organizationId),
    connectAttempts: new SqlConnectAttempts(database, organizationId),
    retention: new SqlRetentionStore(database, organizationId),
    erasures: new SqlErasureStore(database, organizationId),
  };
}
