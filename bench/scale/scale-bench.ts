import type { Store, StoredObject } from "@kalends/model";
import { openPostgresStore, roleScript } from "@kalends/store-postgres";
import { queryPostgres, startPostgres, type RunningPostgres } from "@kalends/testing";
import { createKalends } from "kalends";
import pg from "pg";
import { numberOption } from "../measure/arguments.ts";
import { times } from "../measure/goal.ts";
import { median, quantile } from "../measure/median.ts";
import { textTable } from "../measure/text-table.ts";
import { runBulkBench } from "./bulk-bench.ts";
import { dayMs, fillDatabase, storedBytes } from "./fill-database.ts";
import { runThroughputBench } from "./throughput-bench.ts";

const now = Date.parse("2026-11-27T08:00:00Z");
const clock = { now: (): number => now, setTimer: (): (() => void) => () => undefined, sleep: (): Promise<void> => Promise.resolve() };
const key = Buffer.alloc(32, 7).toString("base64url");
const asked = 200;

const as = (url: string, role: string): string => {
  const other = new URL(url);
  other.username = role;
  return other.href;
};

/**
 * What calls cost against how much is stored: 10^3, 10^4 ... accounts on a real PostgreSQL, read and written as the runtime role; and what one and
 * two workers get done. `--accounts`, `--rounds`, `--syncing` (accounts of the second part), `--turns` (of it); `--only storage|throughput|bulk`; `bulk`, the
 * two ways to write a page, runs only where it is asked for.
 */
export async function runScaleBench(options: ReadonlyMap<string, string>): Promise<void> {
  const only = options.get("only");
  const server = await startPostgres({ skip: (reason) => { throw new Error(reason); } }, { own: true, settings: { shared_buffers: "512MB" } });
  try {
    if (only === "bulk") {
      const url = await migratedDatabase(server);
      return await runBulkBench(url, as(url, "kalends_app"), numberOption(options, "rounds", 5));
    }
    if (only !== "throughput") await measureStorage(server, numberOption(options, "accounts", 100_000), numberOption(options, "rounds", 60));
    if (only === "storage") return;
    const url = await migratedDatabase(server);
    await runThroughputBench(url, as(url, "kalends_app"), numberOption(options, "syncing", 100), numberOption(options, "turns", 3));
  } finally {
    await server.stop();
  }
}

async function migratedDatabase(server: RunningPostgres): Promise<string> {
  const url = await server.createDatabase();
  await queryPostgres(url, roleScript());
  const owners = await openPostgresStore({ connectionString: as(url, "kalends_owner") });
  await owners.migrations.run();
  await owners.close();
  return url;
}

async function measureStorage(server: RunningPostgres, most: number, rounds: number): Promise<void> {
  const url = await migratedDatabase(server);
  const rows: string[][] = [];
  let filled = 0;
  for (let accounts = 1_000; accounts <= most; accounts *= 10) {
    if (filled === 0) await (await createKalends({ database: as(url, "kalends_app"), key, clock, autoMigrate: false })).close();
    await fillDatabase(url, filled + 1, accounts, now);
    filled = accounts;
    rows.push(await measure(url, accounts, rounds));
    console.log(`${accounts.toLocaleString("en")} accounts measured`);
  }
  const head = ["accounts", "KB/account", "200 calendars x 14 days: bare SQL p50", "freeBusy p50", "p95", "ratio", "one calendar's batch of 10 p50", "p95", "next due job p50"];
  console.log(`\nPostgreSQL ${server.version}, times in ms\n${textTable(head, rows)}`);
}

async function measure(url: string, accounts: number, rounds: number): Promise<string[]> {
  const app = as(url, "kalends_app");
  const kalends = await createKalends({ database: app, key, clock, autoMigrate: false });
  const store = await openPostgresStore({ connectionString: app });
  const bare = new pg.Client({ connectionString: app });
  await bare.connect();
  await bare.query("set search_path to kalends; set kalends.organization = 'default'");
  const apart = Math.max(1, Math.floor(accounts / asked));
  const some = (round: number): number[] => Array.from({ length: asked }, (_, index) => ((round * 7_919 + index * apart) % accounts) + 1);
  const [from, to] = [now, now + 14 * dayMs];
  const spent: Record<"bare" | "free" | "batch" | "due", number[]> = { bare: [], free: [], batch: [], due: [] };
  const timed = async (name: keyof typeof spent, round: number, work: () => Promise<unknown>): Promise<void> => {
    const started = performance.now();
    await work();
    if (round >= 0) spent[name].push(performance.now() - started);
  };
  const text = `select calendar_id, kind, from_ms, to_ms from busy_span where organization = $1 and calendar_id = any($2) and to_ms > $3 and from_ms < $4
    order by calendar_id, from_ms, to_ms, kind`;
  for (let round = -8; round < rounds; round += 1) {
    const chosen = some(round + 8);
    const question = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), whenStale: "fail" as const };
    await timed("bare", round, () => bare.query({ name: "spans", text, values: ["default", chosen.map((n) => `calendar-${n}`), from, to] }));
    await timed("free", round, () => kalends.freeBusy({ ...question, accounts: chosen.map((n) => `account-${n}`) }));
    await timed("batch", round, () => syncOnce(store, `calendar-${chosen[0]}`, round + 8));
    await timed("due", round, () => store.jobSource.nextDue());
  }
  await bare.end();
  await store.close();
  await kalends.close();
  const ms = (value: number): string => value.toFixed(1);
  const kilobytes = (await storedBytes(url)) / accounts / 1_000;
  const ratio = times(median(spent.free) / median(spent.bare));
  return [
    accounts.toLocaleString("en"), kilobytes.toFixed(1), ms(median(spent.bare)), ms(median(spent.free)), ms(quantile(spent.free, 0.95)), ratio,
    ms(median(spent.batch)), ms(quantile(spent.batch, 0.95)), ms(median(spent.due)),
  ];
}

/** What a worker writes for a calendar of which ten events changed: claim, pass, batch with changes and spans, release. */
async function syncOnce(store: Store, calendarId: string, round: number): Promise<void> {
  const { sync } = store.organization("default");
  const claim = await sync.claim(calendarId, "bench", now, 60_000);
  if (claim === null) throw new Error("the claim is taken");
  const pass = await sync.beginPass(calendarId, claim.token, { forgetCursor: false });
  const puts = Array.from({ length: 10 }, (_, index): StoredObject => ({
    remoteKey: `${index + 1}.ics`, uid: `${index + 1}@example.test`, revision: `rev-${round}`, digest: "e".repeat(64), first: now, last: now + 3_600_000,
    timing: `{"events":[{"at":"${"t".repeat(350)}"}]}`, outside: false, private: false,
    title: new Uint8Array(90), content: new Uint8Array(250), description: null, warnings: null,
  }));
  const [accountId, connectionId] = ["account", "connection"].map((word) => calendarId.replace("calendar", word)) as [string, string];
  const changes = puts.map(({ uid, remoteKey }) => ({ kind: "object-updated" as const, accountId, connectionId, calendarId, uid, remoteKey }));
  const busySpans = Array.from({ length: 60 }, (_, index) => ({ kind: "busy" as const, from: now + index * dayMs, to: now + index * dayMs + 3_600_000 }));
  const completed = { pass: "delta" as const, cursor: `c${round}`, storedWindow: { from: now - 42 * dayMs, to: now + 201 * dayMs }, hints: null };
  await sync.applyBatch({
    calendarId, token: claim.token, pass, puts, removes: [], seen: [], quarantined: [], changes, busySpans, jobs: [], completed,
    refusedRemovals: null, audit: "bench", now,
  });
  await sync.release(calendarId, claim.token, { ok: true, errorCode: null, nextTry: null }, now);
}
