import { describe, test } from "vitest";
import { orderCases } from "../queue/order-cases.ts";
import { queueCases } from "../queue/queue-cases.ts";
import { ownSource, queueWorld } from "../queue/queue-world.ts";
import { alertCases } from "./alert-cases.ts";
import { atomicityCases } from "./atomicity-cases.ts";
import { auditCases } from "./audit-cases.ts";
import { availabilityCases } from "./availability-cases.ts";
import { batchCases } from "./batch-cases.ts";
import { budgetCases } from "./budget-cases.ts";
import { claimCases } from "./claim-cases.ts";
import { connectAttemptCases } from "./connect-attempt-cases.ts";
import { credentialCases } from "./credential-cases.ts";
import { dataKeyCases } from "./data-key-cases.ts";
import { directoryCases } from "./directory-cases.ts";
import { feedCases } from "./feed-cases.ts";
import { isolationCases } from "./isolation-cases.ts";
import { migrationCases } from "./migration-cases.ts";
import { memberCases } from "./member-cases.ts";
import { provisioningCases } from "./provisioning-cases.ts";
import { rulesCases } from "./rules-cases.ts";
import { erasureCases } from "./erasure-cases.ts";
import { retentionCases } from "./retention-cases.ts";
import { quarantineCases } from "./quarantine-cases.ts";
import { joinedCases } from "./joined-cases.ts";
import type { OpenStore } from "./store-harness.ts";
import { watchCases } from "./watch-cases.ts";
import { StoreWorld, type StoreCase } from "./store-world.ts";

export type { HostTransaction, OpenedStore, OpenStore, StoreOpenOptions } from "./store-harness.ts";

/** The queue suite on the store's own queue. */
const jobCases = [...queueCases, ...orderCases].map(
  ({ title, run }): StoreCase => ({ title, run: async (world, context) => run(await queueWorld(world, ownSource), context) }),
);

const parts: readonly [string, readonly StoreCase[]][] = [
  ["isolation", isolationCases],
  ["directory", directoryCases],
  ["availability", availabilityCases],
  ["claims", claimCases],
  ["batches", batchCases],
  ["quarantine", quarantineCases],
  ["atomicity", atomicityCases],
  ["feed", feedCases],
  ["audit", auditCases],
  ["alerts", alertCases],
  ["data keys", dataKeyCases],
  ["jobs", jobCases],
  ["budgets", budgetCases],
  ["credentials", credentialCases],
  ["watch channels", watchCases],
  ["connect attempts", connectAttemptCases],
  ["rules", rulesCases],
  ["members", memberCases],
  ["provisioning", provisioningCases],
  ["retention", retentionCases],
  ["erasure", erasureCases],
  ["joined transactions", joinedCases],
  ["migrations", migrationCases],
];

export interface ConformanceOptions {
  reopening: boolean;
  /** Only these parts, for a variant of a store that runs the whole suite elsewhere. Default: all. */
  parts?: readonly string[];
}

/**
 * The whole store suite in one call: every promise of the storage ports. `open` gives a fresh, empty store each time, unmigrated unless it
 * was told that this does not matter. With `reopening` every case runs a second time, closing and opening the store again between writing
 * and looking.
 */
export function describeStoreConformance(name: string, open: OpenStore, options: ConformanceOptions): void {
  for (const reopening of options.reopening ? [false, true] : [false]) {
    describe(`${name}, ${reopening ? "reopened between the steps" : "in one go"}`, () => {
      for (const [part, cases] of parts.filter(([name]) => options.parts?.includes(name) !== false)) {
        describe(part, () => {
          for (const one of cases) {
            test(one.title, async (context) => {
              const world = await StoreWorld.open(open, reopening);
              try {
                await one.run(world, context);
              } finally {
                await world.dispose();
              }
            });
          }
        });
      }
    });
  }
}
