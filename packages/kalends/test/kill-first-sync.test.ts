import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { caldavClient, seedCalendar, startServer, type RunningServer, type ServerKind, type SkipContext } from "@kalends/testing";
import { eventFiles } from "./event-files.ts";
import { openKalends, testKey } from "./open-kalends.ts";
import { readReplica } from "./read-replica.ts";

const script = fileURLToPath(new URL("./fixtures/sync-process.ts", import.meta.url));

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

/** KALENDS_KILLS sets another number of instants for every server. */
const killsWanted = Number(process.env["KALENDS_KILLS"] ?? "0");
/** Kind, kills, events: fewer events where each has to be PUT one by one, slowly. */
const servers = [["radicale", 25, 400], ["xandikos", 6, 400], ["sabredav", 6, 150], ["davical", 6, 150], ["caldav-adapter", 6, 400]] as const;

async function killAgainAndAgain(kind: ServerKind, kills: number, events: number, context: SkipContext): Promise<void> {
  const server = await startServer(kind, context);
  const host = new URL(server.baseUrl).host;
  try {
    const home = await seedCalendar(server, "killed", eventFiles(events));
    const items = await caldavClient(server.baseUrl, server.username, server.password).list(home);
    const listed = new Map(items.map(({ href, etag }) => [decodeURIComponent(new URL(href, server.origin).pathname), etag]));
    // The first run warms the server's own cache, the second one is measured.
    let syncMs = 0;
    for (let run = 0; run < 2; run += 1) {
      const whole = await newDatabase(server, host);
      ({ syncMs } = await syncProcess(whole.path, host, null));
      await checkReplica(whole.path, listed);
      await whole.close();
    }
    let killedInside = 0;
    for (let round = 0; killedInside < kills; round += 1) {
      // The first kill comes at once, the last near the end; chance in between. One that came too late tells how long a sync takes by now.
      const outcome = await killOnce(server, host, syncMs * (((round % kills) + Math.random()) / kills), listed);
      if (outcome.killed) killedInside += 1;
      else syncMs = Math.min(syncMs, outcome.syncMs);
      expect(round, "most kills came too late").toBeLessThan(3 * kills);
    }
  } finally {
    await server.stop();
  }
}

/** One new database, one kill, one run to the end. Tells whether the kill came before the sync was over, and when it was. */
async function killOnce(server: RunningServer, host: string, instant: number, listed: ReadonlyMap<string, string>): Promise<{ killed: boolean; syncMs: number }> {
  const opened = await newDatabase(server, host);
  const first = await syncProcess(opened.path, host, instant);
  const stored = readReplica(opened.path).size;
  const second = await syncProcess(opened.path, host, null);
  expect(second.output, `killed after ${instant} ms with ${stored} objects stored`).toContain('"ok":true');
  await checkReplica(opened.path, listed);
  const records = await opened.kalends.changes(0, 10_000);
  expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_, position) => position + 1));
  const created = records.filter(({ kind }) => kind === "object-created").map(({ remoteKey }) => remoteKey);
  expect(new Set(created).size).toBe(listed.size);
  expect(created).toHaveLength(listed.size);
  await opened.close();
  return first;
}

describe("SIGKILL in a first sync: each restart completes, the replica is the server's, the feed has no gap and no repeat", () => {
  for (const [kind, usual, events] of servers) {
    const kills = killsWanted > 0 ? killsWanted : usual;
    test(`${kind}: ${kills} random instants`, (context) => killAgainAndAgain(kind, kills, events, context), 400_000 + kills * 20_000);
  }
});
