import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { openSqliteStore } from "@kalends/store-sqlite";
import { describeQueueConformance, type OpenSource, type OpenStore } from "@kalends/testing";
import { pgBossJobSource } from "../src/index.ts";
import { openBoss, stopServer } from "./boss-server.ts";

afterAll(stopServer);

/** Each case has queues of its own; in the reopening run they are found again. */
let worlds = 0;

const openStore: OpenStore = async ({ onStatement }) => {
  worlds += 1;
  const folder = mkdtempSync(join(tmpdir(), "kalends-boss-"));
  const open = () => openSqliteStore({ path: join(folder, "kalends.db"), onStatement, synchronous: "normal" });
  let current = await open();
  return {
    store: current,
    reopen: async () => {
      await current.close();
      current = await open();
      return current;
    },
    another: open,
    dispose: async () => {
      await current.close();
      rmSync(folder, { recursive: true });
    },
  };
};

const openSource: OpenSource = async (store) => {
  const boss = await openBoss();
  return { source: pgBossJobSource({ boss, store, prefix: `kalends-${worlds}` }), close: () => boss.stop({ graceful: false }) };
};

describeQueueConformance("pg-boss in a database of its own", openStore, openSource, { reopening: true });
