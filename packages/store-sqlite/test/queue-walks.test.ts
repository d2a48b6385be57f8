import { describeQueueWalks } from "@kalends/testing";
import { openMemoryForSuite } from "./open-for-suite.ts";

const seed = Number(process.env["KALENDS_SEED"] ?? Math.floor(Math.random() * 1e9));

describeQueueWalks("the queue on SQLite beside a plain list", openMemoryForSuite, { first: seed, many: 20, length: 150 });
