import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test, type TestContext } from "vitest";
import { startCaldavSandbox, type CaldavSandbox } from "@kalends/sandbox";
import { systemClock } from "kalends";
import { editOnce, editUntil, type Truth } from "./chaos-world.ts";
import { testKey } from "./open-kalends.ts";
import { postgresPlace, sqlitePlace, type RollingPlace } from "./rolling-places.ts";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const migrations = join(repository, "packages/store-sql/src/migrations");
const fixture = fileURLToPath(new URL("fixtures/rolling-worker.ts", import.meta.url));

function git(...words: string[]): string {
  const { status, stdout } = spawnSync("git", words, { cwd: repository, encoding: "utf8", maxBuffer: 1e9 });
  return status === 0 ? stdout.trim() : "";
}

/** The commit before the one that brought the newest schema step; `null` where the history does not reach back to it. */
function commitBeforeNewestStep(): string | null {
  const newest = readdirSync(migrations).filter((name) => /^\d{4}-/.test(name)).sort().at(-1) ?? "";
  const added = git("log", "--diff-filter=A", "--format=%H", "-1", "--", `packages/store-sql/src/migrations/${newest}`);
  if (added === "") return null;
  return git("rev-parse", "--verify", "--quiet", `${added}^`) || null;
}

/** Lays that version out in a folder, with this one's dependencies. */
function layOut(commit: string, folder: string): void {
  const packed = spawnSync("git", ["archive", "--format=tar", commit, "packages", "package.json", "examples"], { cwd: repository, maxBuffer: 1e9 });
  spawnSync("tar", ["-x", "-C", folder], { input: packed.stdout });
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  for (const parent of ["packages", "examples"]) {
    for (const name of readdirSync(join(folder, parent))) {
      const modules = join(repository, parent, name, "node_modules");
      // Links to other packages are relative, so they lead to the old ones.
      if (existsSync(modules)) cpSync(modules, join(folder, parent, name, "node_modules"), { recursive: true, verbatimSymlinks: true });
    }
  }
  mkdirSync(join(folder, "packages/kalends/test/fixtures"), { recursive: true });
  cpSync(fixture, join(folder, "packages/kalends/test/fixtures/rolling-worker.ts"));
}

/** A worker process and everything that it printed. */
class RollingWorker {
  printed = "";
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;

  constructor(root: string, words: readonly string[]) {
    const script = join(root, "packages/kalends/test/fixtures/rolling-worker.ts");
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, ...words], { cwd: root });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (this.printed += chunk.toString()));
    this.#ended = new Promise((resolve) => child.once("close", resolve));
  }

  async working(): Promise<void> {
    const end = Date.now() + 120_000;
    while (!this.printed.includes("working\n")) {
      if (this.#child.exitCode !== null || Date.now() > end) throw new Error(`the worker did not start: ${this.printed}`);
      await wait(50);
    }
  }

  stop(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill("SIGTERM");
    return this.#ended;
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const shown = (entries: Iterable<[string, string]>): string => JSON.stringify([...entries].sort());

const places: Record<string, (context: TestContext, folder: string) => Promise<RollingPlace>> = {
  SQLite: (_, folder) => sqlitePlace(folder),
  PostgreSQL: (context, folder) => postgresPlace(context, join(folder, "old")),
};

describe.each(Object.entries(places))("a rolling deploy on %s", (_name, openPlace) => {
  test("workers of the version before the newest schema step and of this one work together across it, and no job fails", async (context) => {
    const commit = commitBeforeNewestStep();
    if (commit === null) return context.skip("not applicable: the history of the repository does not reach back to the version before the newest schema step");
    const folder = mkdtempSync(join(tmpdir(), "kalends-rolling-"));
    const old = join(folder, "old");
    mkdirSync(old);
    layOut(commit, old);
    const users = Array.from({ length: 8 }, (_, index) => ({ name: `user${index}`, password: `pass${index}`, calendars: ["work"] }));
    const sandbox = await startCaldavSandbox({ clock: systemClock, users });
    const truth: Truth = new Map();
    for (const { name } of users) for (let event = 0; event < 5; event += 1) editOnce(sandbox, truth, name, `event${event}`, false, event);
    const workers: RollingWorker[] = [];
    let place: RollingPlace | null = null;
    try {
      place = await openPlace(context, folder);
      await rollOver(place, { old, workers, sandbox, truth });
    } finally {
      for (const worker of workers) await worker.stop();
      await sandbox.close();
      await place?.dispose();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 400_000);
});

interface Deploy {
  /** The folder of the old version. */
  old: string;
  workers: RollingWorker[];
  sandbox: CaldavSandbox;
  truth: Truth;
}

async function rollOver(place: RollingPlace, { old, workers, sandbox, truth }: Deploy): Promise<void> {
  const words = [place.database, testKey, sandbox.allowHost, JSON.stringify({ pollEveryMs: 700, confirmAfterMs: 20 })];
  const start = async (root: string, more: readonly string[] = []): Promise<RollingWorker> => {
    const worker = new RollingWorker(root, [...words, ...more]);
    workers.push(worker);
    await worker.working();
    return worker;
  };
  const steps = async (): Promise<number> => (await place.rows("select number from migration")).length;
  const first = await start(old, sandbox.users.flatMap(({ name }, index) => [name, `pass${index}`, sandbox.url]));
  const second = await start(old);
  const known = await steps();
  let editing = true;
  const edits = (async () => {
    let count = 0;
    for (let seed = 1; editing; seed += 1) count += await editUntil(sandbox, truth, Date.now() + 500, 25, seed);
    return count;
  })();
  await wait(1_500);
  await place.migrate(repository);
  expect(await steps()).toBeGreaterThan(known);
  await wait(2_000);
  await start(repository);
  await wait(2_500);
  expect(await first.stop()).toBe(0);
  const last = await start(repository);
  await wait(2_000);
  expect(await second.stop()).toBe(0);
  await wait(1_500);
  editing = false;
  expect(await edits).toBeGreaterThan(100);
  const wanted = shown([...truth].flatMap(([user, files]) => [...files].map(([file, etag]): [string, string] => [`${user}/work/${file}`, etag])));
  const held = async (): Promise<string> =>
    shown((await place.rows("select remote_key, revision from calendar_object")).map((row): [string, string] => [
      decodeURIComponent(String(row["remote_key"])).split("/").slice(-3).join("/"), String(row["revision"]),
    ]));
  for (let tries = 0; tries < 300 && (await held()) !== wanted; tries += 1) await wait(100);
  expect(await held()).toBe(wanted);
  expect(await last.stop()).toBe(0);
  for (const worker of workers) await worker.stop();
  expect(workers.map(({ printed }) => printed)).toEqual(workers.map(() => "working\n"));
  expect(await place.rows("select * from sync_state where failures > 0 or error_code is not null")).toEqual([]);
  expect(await place.rows("select * from job where attempts > 0 or lease_until is not null")).toEqual([]);
}
