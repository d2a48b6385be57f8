import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createKalends } from "kalends";
import pg from "pg";
import { times } from "../measure/goal.ts";
import { median } from "../measure/median.ts";
import { textTable } from "../measure/text-table.ts";
import { cpuOfTree, parentOf } from "./cpu-of-tree.ts";
import { workerSettings } from "./worker-settings.ts";

const key = Buffer.alloc(32, 7).toString("base64url");
const calendarsPerAccount = 3;

interface Child {
  pid: number;
  process: ChildProcess;
  lines: Interface;
}

/** Starts a program of this folder and waits for its first line. */
async function startChild(file: string, words: readonly string[]): Promise<{ child: Child; first: string }> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const program = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", path, ...words], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: program.stdout });
  const first = await Promise.race([once(lines, "line"), once(program, "close").then(() => { throw new Error(`${file} did not start`); })]);
  return { child: { pid: program.pid as number, process: program, lines }, first: String(first[0]) };
}

async function endChild({ process: program }: Child): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  const ended = once(program, "close");
  program.kill("SIGTERM");
  await ended;
}

/** Where the processor's time of one round went, in seconds. */
interface Round {
  wall: number;
  workers: number;
  postgres: number;
  sandbox: number;
}

interface World {
  app: string;
  host: string;
  admin: pg.Client;
  postmaster: number;
  sandbox: Child;
  syncs: number;
}

/** Makes every calendar due at once and measures until the last one is synced. Starting the workers is not in it. */
async function runRound(world: World, workers: number): Promise<Round> {
  const { admin, app, host, syncs } = world;
  const fleet = await Promise.all(Array.from({ length: workers }, async () => (await startChild("scale-worker.ts", [app, key, host])).child));
  try {
    const spent = (): number[] => [fleet.reduce((sum, { pid }) => sum + cpuOfTree(pid), 0), cpuOfTree(world.postmaster), cpuOfTree(world.sandbox.pid)];
    const tokens = await numberOf(admin, "select sum(token) from kalends.sync_state");
    const before = spent();
    const started = performance.now();
    await admin.query("update kalends.job set run_at = $1 where kind = 'sync-calendar'", [Date.now()]);
    const left = "select count(*) from kalends.job where kind = 'sync-calendar' and (run_at <= $1 or holder is not null)";
    while ((await numberOf(admin, left, [Date.now()])) > 0) await new Promise((resolve) => setTimeout(resolve, 100));
    const wall = (performance.now() - started) / 1_000;
    const [ofWorkers, postgres, sandbox] = spent().map((seconds, place) => seconds - (before[place] as number)) as [number, number, number];
    const done = (await numberOf(admin, "select sum(token) from kalends.sync_state")) - tokens;
    const failed = await numberOf(admin, "select count(*) from kalends.sync_state where error_code is not null");
    if (done !== syncs || failed > 0) throw new Error(`${syncs} calendars were due; ${done} syncs were begun, ${failed} failed`);
    return { wall, workers: ofWorkers, postgres, sandbox };
  } finally {
    await Promise.all(fleet.map(endChild));
  }
}

async function numberOf(client: pg.Client, text: string, values: readonly unknown[] = []): Promise<number> {
  const { rows } = await client.query<unknown[]>({ text, values: [...values], rowMode: "array" });
  return Number(rows[0]?.[0]);
}

async function connectAll(app: string, address: string, accounts: number): Promise<void> {
  const kalends = await createKalends({ database: app, key, allowHosts: [new URL(address).host], autoMigrate: false, settings: workerSettings });
  for (let index = 0; index < accounts; index += 1) {
    const account = await kalends.createAccount({ externalId: `user${index}` });
    await kalends.connectCaldav({ accountId: account.id, address, username: `user${index}`, password: `password${index}` });
  }
  // The first sync of all is work of another kind.
  await kalends.scheduler.drain();
  await kalends.close();
}

/**
 * Syncs a second of one and of two worker processes, by turns, against a CalDAV server in a process of its own: polls that find nothing, and
 * polls that find one new event. `url` is of an administrator, `app` of the runtime role of the same migrated, empty database.
 */
export async function runThroughputBench(url: string, app: string, accounts: number, rounds: number): Promise<void> {
  const { child: sandbox, first: address } = await startChild("scale-sandbox.ts", [String(accounts), String(calendarsPerAccount)]);
  const admin = new pg.Client({ connectionString: url });
  try {
    await admin.connect();
    const postmaster = parentOf(await numberOf(admin, "select pg_backend_pid()"));
    await connectAll(app, address, accounts);
    const world: World = { app, host: new URL(address).host, admin, postmaster, sandbox, syncs: accounts * calendarsPerAccount };
    await admin.query("vacuum analyze");
    const found = new Map<string, Round[]>();
    for (let round = 0; round < rounds; round += 1) {
      for (const edited of [false, true]) {
        for (const workers of round % 2 === 0 ? [1, 2] : [2, 1]) {
          if (edited) await putEverywhere(sandbox);
          const name = `${edited} ${workers}`;
          found.set(name, [...(found.get(name) ?? []), await runRound(world, workers)]);
        }
      }
    }
    print(world.syncs, found);
  } finally {
    await admin.end();
    await endChild(sandbox);
  }
}

async function putEverywhere({ process: program, lines }: Child): Promise<void> {
  const answered = once(lines, "line");
  program.stdin?.write("edit\n");
  await answered;
}

function print(syncs: number, found: ReadonlyMap<string, readonly Round[]>): void {
  const of = (name: string, value: (round: Round) => number): number => median((found.get(name) ?? []).map(value));
  const rate = (name: string): number => syncs / of(name, ({ wall }) => wall);
  const ms = (name: string, part: "workers" | "postgres" | "sandbox"): string => ((of(name, (round) => round[part]) * 1_000) / syncs).toFixed(1);
  const cores = (name: string): string => of(name, ({ wall, workers, postgres, sandbox }) => (workers + postgres + sandbox) / wall).toFixed(2);
  const rows = [false, true].flatMap((edited) =>
    [1, 2].map((workers) => {
      const name = `${edited} ${workers}`;
      const ratio = workers === 1 ? "" : times(rate(name) / rate(`${edited} 1`));
      const what = edited ? "one new event" : "nothing new";
      return [what, String(workers), rate(name).toFixed(1), ratio, ms(name, "workers"), ms(name, "postgres"), ms(name, "sandbox"), cores(name)];
    }),
  );
  const head = [`${syncs} syncs due at once`, "workers", "syncs/s", "against one", "CPU ms a sync: workers", "PostgreSQL", "CalDAV server", "cores in use"];
  console.log(`\n${textTable(head, rows)}`);
}
