import { firstSchema } from "./0001-first-schema.ts";
import { keysAuditAlerts } from "./0002-keys-audit-alerts.ts";
import { permissions } from "./0003-permissions.ts";
import { watchesAndConnectAttempts } from "./0004-watches-and-connect-attempts.ts";
import { provisioning } from "./0005-provisioning.ts";
import { retention } from "./0006-retention.ts";
import { jobOrder } from "./0007-job-order.ts";
import { erasure } from "./0008-erasure.ts";
import { renewalHolders } from "./0009-renewal-holders.ts";
import { jobOwedSince } from "./0010-job-owed-since.ts";
import { longestSpan } from "./0011-longest-span.ts";
import { jobLostRuns } from "./0012-job-lost-runs.ts";
import type { Migration } from "./migration.ts";

/** In the order of their numbers, without gap. */
export const allMigrations: readonly Migration[] = [
  firstSchema, keysAuditAlerts, permissions, watchesAndConnectAttempts, provisioning, retention, jobOrder, erasure, renewalHolders, jobOwedSince,
  longestSpan, jobLostRuns,
];
