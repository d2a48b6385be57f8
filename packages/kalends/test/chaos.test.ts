import { expect, test } from "vitest";
import { openPostgresStore, roleScript } from "@kalends/store-postgres";
import { queryPostgres, seededRandom, startPostgres, type RunningPostgres } from "@kalends/testing";
import { createKalends } from "kalends";
import { connectAll, editOnce, editPaced, hastySettings, startChaosServers, WorkerFleet, type Truth } from "./chaos-world.ts";
import type { Exchange } from "./fixtures/bearer-sign-in.ts";
import { testKey } from "./open-kalends.ts";

interface Scale {
  accounts: number;
  workers: number;
  pollEveryMs: number;
  chaosMs: number;
  crashes: number;
  /** The chaos goes on until so many were killed, however slow the machine. */
  leastKills: number;
  /** ... and so many syncs were begun under it. */
  leastSyncs: number;
  killEveryMs: number;
  /** No worker is killed before so many syncs were begun since the last one: on a busy machine nothing else would happen. */
  syncsBetweenKills: number;
  /** The load, as edits for each sync that the workers get done: what they are behind is a matter of this, and not of the machine. */
  editsPerSync: number;
  tokenLifeMs: number;
}

const usual: Scale = {
  accounts: 16, workers: 3, pollEveryMs: 1_500, chaosMs: 15_000, crashes: 1, leastKills: 3, leastSyncs: 32, killEveryMs: 3_000, syncsBetweenKills: 3,
  editsPerSync: 3, tokenLifeMs: 5_000,
};
const full: Scale = {
  accounts: 500, workers: 4, pollEveryMs: 20_000, chaosMs: 180_000, crashes: 3, leastKills: 20, leastSyncs: 1_000, killEveryMs: 5_000, syncsBetweenKills: 20,
  editsPerSync: 3, tokenLifeMs: 30_000,
};
/**
 * KALENDS_CHAOS=full runs 4 workers on 500 accounts, with three crashes of the database, until two syncs for each account were begun: three minutes and
 * more. Due are 25 syncs a second, more than two cores get done, so the line is overdue all the time and its order is part of the proof.
 */
const scale = process.env["KALENDS_CHAOS"] === "full" ? full : usual;
const seed = Number(process.env["KALENDS_SEED"] ?? Math.floor(Math.random() * 1e9));

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const say = (text: string): void => void process.stdout.write(`chaos: ${text}\n`);

function asRole(url: string, role: string): string {
  const other = new URL(url);
  other.username = role;
  return other.href;
}

async function prepareDatabase(url: string): Promise<string> {
  await queryPostgres(url, roleScript());
  const owner = await openPostgresStore({ connectionString: asRole(url, "kalends_owner") });
  await owner.migrations.run();
  await owner.close();
  return asRole(url, "kalends_app");
}

interface Wreckage {
  kills: number;
  /** When the database was away. */
  crashes: [number, number][];
}

/** Kills a random worker every few seconds, and the database as often as was asked for, until there was enough of everything. */
async function wreak(fleet: WorkerFleet, server: RunningPostgres, url: string): Promise<Wreckage> {
  const random = seededRandom(seed + 1);
  const started = Date.now();
  const crashes: [number, number][] = [];
  const before = await claimsOf(url);
  let kills = 0;
  let [claims, claimsAtKill, movedAt] = [before, before, started];
  const enough = (): boolean =>
    Date.now() - started >= scale.chaosMs && kills >= scale.leastKills && crashes.length >= scale.crashes && claims - before >= scale.leastSyncs;
  while (!enough()) {
    await wait(scale.killEveryMs * (0.5 + random.uniform()));
    const known = claims;
    claims = await claimsOf(url);
    if (claims > known) movedAt = Date.now();
    if (Date.now() - movedAt > stuckAfterMs) throw new Error(`no sync was begun for ${stuckAfterMs} ms: ${fleet.output.slice(-20).join("")}`);
    if (claims - claimsAtKill >= scale.syncsBetweenKills && fleet.kill(random.uniform())) {
      kills += 1;
      claimsAtKill = claims;
    }
    // In the midst of it: at equal parts of the time and of the work.
    const part = Math.min((Date.now() - started) / scale.chaosMs, (claims - before) / scale.leastSyncs);
    if (crashes.length < scale.crashes && part > (crashes.length + 1) / (scale.crashes + 1)) {
      const at = Date.now();
      await server.crash();
      await wait(500);
      await server.restart();
      crashes.push([at, Date.now()]);
      say(`${crashes.length} of ${scale.crashes} crashes, ${kills} kills, ${claims - before} syncs`);
    }
  }
  return { kills, crashes };
}

/** Users whose calendars are not what the server holds. */
async function behind(url: string, truth: Truth, users: ReadonlyMap<string, string>): Promise<string[]> {
  const replica = new Map<string, Map<string, string>>();
  for (const row of await queryPostgres(url, "select calendar_id, remote_key, revision from kalends.calendar_object")) {
    const user = users.get(String(row["calendar_id"])) ?? "";
    const file = decodeURIComponent(String(row["remote_key"]).split("/").at(-1) ?? "");
    replica.set(user, (replica.get(user) ?? new Map<string, string>()).set(file, String(row["revision"])));
  }
  const shown = (files: ReadonlyMap<string, string> | undefined): string => JSON.stringify([...(files ?? [])].sort());
  return [...truth].filter(([user, files]) => shown(files) !== shown(replica.get(user))).map(([user]) => user);
}

/** How many syncs there were, as the claims' tokens tell: each claim counts one up. */
async function claimsOf(url: string): Promise<number> {
  return (await claimsByCalendar(url)).reduce((sum, one) => sum + one, 0);
}

async function claimsByCalendar(url: string): Promise<number[]> {
  return (await queryPostgres(url, "select token::float8 as claims from kalends.sync_state order by calendar_id")).map((row) => Number(row["claims"]));
}

/** How long the sync has waited that is overdue for longest, in seconds. */
async function lineOf(url: string): Promise<number> {
  const [row] = await queryPostgres(url, "select min(run_at)::float8 as first from kalends.job where kind = 'sync-calendar'");
  return Math.max(0, Math.round((Date.now() - Number(row?.["first"])) / 1_000));
}

/** Longer than any wait in the code: leases, renewals that were cut off, retries. */
const stuckAfterMs = 120_000;

/**
 * Waits until every calendar is what the server holds. However slow the machine, it goes on while fewer and fewer are behind. Where that number
 * has stood still for two minutes, and for so many syncs that each calendar had its turn twice, something is stuck.
 */
async function untilQuiet(url: string, truth: Truth, users: ReadonlyMap<string, string>): Promise<{ left: string[]; caughtUpMs: number }> {
  const calm = Date.now();
  let left = await behind(url, truth, users);
  let least = left.length;
  let leastAt = calm;
  let saidAt = 0;
  const before = await claimsOf(url);
  let [claims, claimsAtLeast] = [before, before];
  while (left.length > 0 && (Date.now() - leastAt < stuckAfterMs || claims - claimsAtLeast < 2 * scale.accounts)) {
    if (Date.now() - saidAt > 10_000) {
      saidAt = Date.now();
      say(`${Math.round((saidAt - calm) / 1_000)} s after the last edit: ${left.length} calendars behind, ${claims - before} syncs since`);
    }
    await wait(1_000);
    left = await behind(url, truth, users);
    claims = await claimsOf(url);
    if (left.length < least) [least, leastAt, claimsAtLeast] = [left.length, Date.now(), claims];
  }
  return { left, caughtUpMs: Date.now() - calm };
}

/** Every change once and in order: numbers without gap, and of each object a history that could have happened and ends in the truth. */
function checkHistory(rows: readonly Record<string, unknown>[], truth: Truth, users: ReadonlyMap<string, string>): number {
  expect(rows.map((row) => Number(row["sequence"]))).toEqual(rows.map((_, position) => position + 1));
  const present = new Set<string>();
  let changes = 0;
  for (const row of rows) {
    const kind = String(row["kind"]);
    if (!kind.startsWith("object-")) continue;
    changes += 1;
    const object = `${users.get(String(row["calendar_id"]))} ${String(row["uid"])}`;
    expect([object, kind, present.has(object)]).toEqual([object, kind, kind !== "object-created"]);
    if (kind === "object-created") present.add(object);
    if (kind === "object-removed") present.delete(object);
  }
  const held = [...truth].flatMap(([user, files]) => [...files.keys()].map((file) => `${user} ${file.replace(/\.ics$/, "")}`));
  expect([...present].sort()).toEqual(held.sort());
  return changes;
}

/** Uses of a refresh token beyond the first that nothing explains: neither was its first user killed, nor the database away in between. */
function doubleRefreshes(exchanges: readonly Exchange[], killed: ReadonlyMap<number, number>, crashes: readonly [number, number][]): Exchange[] {
  const seen = new Map<string, Exchange>();
  return exchanges.filter((exchange) => {
    const name = `${exchange.user} ${exchange.generation}`;
    const first = seen.get(name);
    seen.set(name, exchange);
    if (first === undefined) return false;
    const died = killed.get(first.worker);
    const lost = died !== undefined && died <= exchange.at;
    return !lost && !crashes.some(([from, to]) => first.at <= to && exchange.at >= from);
  });
}

test(`${scale.workers} workers, ${scale.accounts} accounts, killed again and again, and their database too: the replica is the truth (seed ${seed})`, async (context) => {
  const server = await startPostgres(context, { own: true, settings: { max_connections: "100" } });
  const url = await server.createDatabase();
  const database = await prepareDatabase(url);
  const servers = await startChaosServers(scale.accounts, scale.tokenLifeMs);
  const truth: Truth = new Map();
  for (const [index, { name }] of servers.sandbox.users.entries()) for (let event = 0; event < 4; event += 1) editOnce(servers.sandbox, truth, name, `event${event}`, false, index + event);
  // Who has not changed lately is not polled more seldom here: all have to be caught up with in the end.
  const settings = { ...hastySettings, pollEveryMs: scale.pollEveryMs, pollQuietEveryMs: scale.pollEveryMs };
  const store = await openPostgresStore({ connectionString: database });
  const kalends = await createKalends({ database: store, autoMigrate: false, key: testKey, allowHosts: servers.allowHosts, settings });
  const connecting = Date.now();
  const ids = await connectAll(kalends, servers);
  say(`${ids.size} accounts connected in ${Date.now() - connecting} ms`);
  const users = new Map([...ids].map(([user, id]) => [id, user]));
  await kalends.close();

  const fleet = new WorkerFleet(scale.workers, { database, allowHosts: servers.allowHosts, tokenUrl: servers.signIn.tokenUrl, settings });
  try {
    const before = await claimsByCalendar(url);
    const chaosFrom = Date.now();
    let over = false;
    const editing = editPaced({ sandbox: servers.sandbox, truth, seed, editsPerSync: scale.editsPerSync, over: () => over, syncs: () => claimsOf(url).catch(() => null) });
    const { kills, crashes } = await wreak(fleet, server, url).finally(() => (over = true));
    const edits = await editing;
    const turns = (await claimsByCalendar(url)).map((claims, index) => claims - (before[index] ?? 0));
    const begun = turns.reduce((sum, one) => sum + one, 0);
    say(`${edits} edits, ${kills} kills, ${crashes.length} crashes in ${Math.round((Date.now() - chaosFrom) / 1_000)} s; ${begun} syncs begun, ` +
      `${Math.min(...turns)} to ${Math.max(...turns)} of a calendar; the line is ${await lineOf(url)} s long`);
    // However long the line: nobody's turn is left out.
    expect(Math.min(...turns)).toBeGreaterThan(0);
    const { left, caughtUpMs } = await untilQuiet(url, truth, users);
    await fleet.stop();
    expect(left, fleet.output.slice(-20).join("")).toEqual([]);
    const changes = checkHistory(await queryPostgres(url, "select * from kalends.change_record order by sequence"), truth, users);
    const states = await queryPostgres(url, "select state, count(*) as many from kalends.connection group by state");
    expect(states).toEqual([{ state: "connected", many: String(scale.accounts) }]);
    const { exchanges } = servers.signIn;
    expect(doubleRefreshes(exchanges, fleet.killed, crashes)).toEqual([]);
    const repeated = exchanges.filter((one) => one.repeated).length;
    say(`${edits} edits, ${changes} changes, ${kills} kills, ${crashes.length} crashes, ${exchanges.length} refreshes ` +
      `(${repeated} repeated after a kill or crash), ${begun} syncs begun under it and ${await claimsOf(url)} in all, caught up ${caughtUpMs} ms after the last edit`);
  } finally {
    await fleet.stop();
    await servers.close();
    await server.stop();
  }
}, 2_400_000);
