import { describeStoreConformance } from "@kalends/testing";
import { openForSuite, withSuiteDatabase } from "./suite-database.ts";

withSuiteDatabase((database) => {
  describeStoreConformance("store-postgres on a pg pool", openForSuite(database), { reopening: true });
});
