import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openSqliteStore } from "../src/index.ts";
import { addPeople, applyRounds, changesPerRound } from "./writing-rounds.ts";

interface Ended {
  code: number | null;
  signal: string | null;
  output: string;
}

/** Starts a process that applies rounds of changes to its own calendar. It prints one line per round. */
function startWriter(path: string, calendar: string, rounds: number): { ended: Promise<Ended>; kill(): void; firstRound: Promise<void> } {
  const script = fileURLToPath(new URL("./writer-process.ts", import.meta.url));
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, path, calendar, String(rounds)]);
  let output = "";
  const ended = new Promise<Ended>((resolve) => child.on("close", (code, signal) => resolve({ code, signal, output })));
  const firstRound = new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk) => {
      output += String(chunk);
      resolve();
    });
    void ended.then(() => resolve());
  });
  child.stderr.on("data", (chunk) => (output += String(chunk)));
  return { ended, kill: () => void child.kill("SIGKILL"), firstRound };
}

async function withFile(work: (path: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "kalends-processes-"));
  try {
    await work(join(folder, "kalends.db"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const calendars = ["calendar-1", "calendar-2", "calendar-3", "calendar-4"];

async function prepare(path: string): Promise<void> {
  const store = await openSqliteStore({ path });
  await store.migrations.run();
  await addPeople(store, calendars);
  await store.close();
}

test("four processes write to one file: nobody finds it locked, and the feed has no gap and no repeat", async () => {
  await withFile(async (path) => {
    await prepare(path);
    const rounds = 40;
    const ended = await Promise.all(calendars.map((calendar) => startWriter(path, calendar, rounds).ended));
    for (const one of ended) expect(one).toMatchObject({ code: 0 });
    const store = await openSqliteStore({ path });
    const org = store.organization("org-a");
    const feed = await org.feed.read(0, 100_000);
    expect(feed.map((record) => record.sequence)).toEqual(Array.from({ length: 4 * rounds * changesPerRound }, (_, index) => index + 1));
    for (const calendar of calendars) {
      const own = feed.filter((record) => record.calendarId === calendar).map((record) => record.remoteKey);
      expect(own).toEqual([...own].sort());
      expect((await org.reader.objects(calendar, null, null, 1_000)).map((object) => object.remoteKey)).toEqual(own);
    }
    await store.close();
  });
});

test("a process killed while it writes leaves whole batches only, and its calendar can be taken over", async () => {
  await withFile(async (path) => {
    await prepare(path);
    const writer = startWriter(path, "calendar-1", 100_000);
    await writer.firstRound;
    writer.kill();
    expect((await writer.ended).signal).toBe("SIGKILL");
    const store = await openSqliteStore({ path });
    const org = store.organization("org-a");
    const records = (await org.feed.read(0, 1_000_000)).length;
    expect(records).toBeGreaterThan(0);
    expect(records % changesPerRound).toBe(0);
    expect(await org.feed.head()).toBe(records);
    expect((await org.sync.countObjects("calendar-1", 0)).all).toBe(records);
    const holder = (await store.liveHolders(1))[0] ?? "";
    await store.releaseHolder(holder);
    await applyRounds(store, "calendar-1", 1, 1_000_000);
    expect(await org.feed.head()).toBe(records + changesPerRound);
    await store.close();
  });
});
