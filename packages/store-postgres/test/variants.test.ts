import { describeStoreConformance } from "@kalends/testing";
import { openForSuite, withSuiteDatabase } from "./suite-database.ts";

/** Where a variant can differ: what is seen, what is written in bulk and comes back, and the numbers. The whole suite runs on the pool. */
const parts = ["isolation", "availability", "batches", "feed", "joined transactions"];

withSuiteDatabase((database) => {
  // The same data as sets of partitions by hash of the organization.
  describeStoreConformance("store-postgres in partitions", openForSuite(database, { options: { partitions: 3 } }), { reopening: false, parts });
  // A host's pool that waits for each answer before it sends the next query.
  describeStoreConformance("store-postgres on a pool without a pipeline", openForSuite(database, { plain: true }), { reopening: false, parts });
  // Connections that somebody else's Kysely dialect hands out.
  describeStoreConformance("store-postgres on a Kysely dialect", openForSuite(database, { dialect: true }), { reopening: false, parts });
});
