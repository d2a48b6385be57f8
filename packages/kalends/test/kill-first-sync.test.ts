import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { caldavClient, seedCalendar, startServer, type RunningServer, type SkipContext } from "@kalends/testing";
import { eventFiles } from "./event-files.ts";
import { openKalends, testKey } from "./open-kalends.ts";
import { readReplica } from "./read-replica.ts";

const script = fileURLToPath(new URL("./fixtures/sync-process.ts", import.meta.url));
const events = 400;

/** Runs the sync in a process of its own; kills it after `killAfterMs` counted from the moment that its database is open. */
function syncProcess(path: string, host: string, killAfterMs: number | null): Promise<{ killed: boolean; output: string; syncMs: number }> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, path, testKey, host], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  let openedAt = 0;
  let timer: NodeJS.Timeout | undefined;
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    if (openedAt !== 0) return;
    openedAt = Date.now();
    if (killAfterMs !== null) timer = setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (_code, signal) => {
      clearTimeout(timer);
      resolve({ killed: signal === "SIGKILL", output, syncMs: Date.now() - openedAt });
    });
  });
}

async function newDatabase(server: RunningServer, host: string): Promise<Awaited<ReturnType<typeof openKalends>>> {
  const opened = await openKalends({ allowHosts: [host] });
  const account = await opened.kalends.createAccount({ timeZone: "Europe/Berlin" });
  await opened.kalends.connectCaldav({ accountId: account.id, address: server.baseUrl, username: server.username, password: server.password });
  return opened;
}

async function checkReplica(path: string, listed: ReadonlyMap<string, string>): Promise<void> {
  const stored = [...readReplica(path)].map(([key, revision]) => [decodeURIComponent(key), revision] as const);
  expect(new Map(stored.sort())).toEqual(new Map([...listed].sort()));
}

describe("SIGKILL in a first sync", () => {
  test("25 random instants: each restart completes, the replica is the server's, the feed has no gap and no repeat", async (context: SkipContext) => {
    const server = await startServer("radicale", context);
    const host = new URL(server.baseUrl).host;
    try {
      const home = await seedCalendar(server, "killed", eventFiles(events));
      const items = await caldavClient(server.baseUrl, server.username, server.password).list(home);
      const listed = new Map(items.map(({ href, etag }) => [decodeURIComponent(href), etag]));

      // The first run warms the server's own cache, the second one is measured.
      let syncMs = 0;
      for (let run = 0; run < 2; run += 1) {
        const whole = await newDatabase(server, host);
        ({ syncMs } = await syncProcess(whole.path, host, null));
        await checkReplica(whole.path, listed);
        await whole.close();
      }

      let killedInside = 0;
      for (let round = 0; round < 25; round += 1) {
        const opened = await newDatabase(server, host);
        // The first kill comes at once, the last near the end; chance in between.
        const instant = syncMs * ((round + Math.random()) / 25);
        const first = await syncProcess(opened.path, host, instant);
        if (first.killed) killedInside += 1;
        const stored = readReplica(opened.path).size;
        const second = await syncProcess(opened.path, host, null);
        expect(second.output, `killed after ${instant} ms with ${stored} objects stored`).toContain('"ok":true');
        await checkReplica(opened.path, listed);
        const records = await opened.kalends.changes(0, 10_000);
        expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_, position) => position + 1));
        const created = records.filter(({ kind }) => kind === "object-created").map(({ remoteKey }) => remoteKey);
        expect(new Set(created).size).toBe(events);
        expect(created).toHaveLength(events);
        await opened.close();
      }
      expect(killedInside).toBeGreaterThan(15);
    } finally {
      await server.stop();
    }
  }, 300_000);
});
