import { describeStoreConformance } from "@kalends/testing";
import { openFileForSuite, openMemoryForSuite } from "./open-for-suite.ts";

describeStoreConformance("store-sqlite on a file", openFileForSuite, { reopening: true });
describeStoreConformance("store-sqlite in memory", openMemoryForSuite, { reopening: false });
