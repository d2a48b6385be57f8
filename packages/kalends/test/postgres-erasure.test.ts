import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CalendarObject, Store } from "@kalends/model";
import { openPostgresStore } from "@kalends/store-postgres";
import { DyingProcess, fakeClock, memoryProvider, missingPostgres, queryPostgres, seededRandom, startPostgres, type RunningPostgres } from "@kalends/testing";
import { createVault, Keyset, localKeyring, parseKey } from "@kalends/vault";
import { createKalends, Secret, type Kalends } from "kalends";
import { canary, plainCanary } from "./canary-texts.ts";
import { disguises } from "./disguises.ts";
import { testKey } from "./open-kalends.ts";

const start = Date.parse("2026-11-20T08:00:00Z");
const dayMs = 86_400_000;
const titles = [canary("title of the one"), canary("title of the other"), canary("description")];
const password = canary("password");
const login = `${plainCanary("login")}@example.test`;

function meeting(uid: string, title: string): CalendarObject {
  const [from, to] = ["09", "10"].map((hour) => ({ kind: "utc" as const, value: `2026-11-20T${hour}:00:00` }));
  if (from === undefined || to === undefined) throw new Error("no times");
  const content = { title, description: canary("description") };
  return { remoteKey: `/${uid}.ics`, revision: null, uid, events: [{ uid, start: from, end: to, status: "confirmed", transparent: false, visibility: "public", content }] };
}

const provider = memoryProvider({ now: () => start });
provider.calendar("/work/").put("/a.ics", meeting("a", titles[0] ?? ""));
provider.calendar("/home/").put("/b.ics", meeting("b", titles[1] ?? ""));

interface Opened {
  kalends: Kalends;
  store: Store;
}

async function open(url: string, at: number, death = new DyingProcess()): Promise<Opened> {
  const clock = fakeClock(new Date(at).toISOString());
  const store = await openPostgresStore({ connectionString: url, allowUnsafeRole: true, onStatement: death.hook, maxConnections: 4, clock });
  const waits = { ...clock, sleep: (ms: number) => clock.advance(ms) };
  const kalends = await createKalends({ database: store, key: testKey, clock: waits, random: seededRandom(at % 9_973), providers: [provider] });
  return { kalends, store };
}

interface People {
  accountId: string;
  otherId: string;
}

/** Two people with two calendars each, synced. */
async function settle(url: string, at = start): Promise<People> {
  const { kalends } = await open(url, at);
  const ids: string[] = [];
  for (const username of [login, "other@example.test"]) {
    const { id } = await kalends.createAccount({ externalId: username, displayName: canary("display name") });
    await kalends.connect({ accountId: id, provider: provider.id, address: username, credential: { kind: "password", username, password: new Secret(password) } });
    ids.push(id);
  }
  expect((await kalends.sync()).ok).toBe(true);
  await kalends.close();
  const [accountId = "", otherId = ""] = ids;
  return { accountId, otherId };
}

const rowsOf = (store: Store, accountId: string) => store.organization("default").retention.rowsOf({ accountId });

interface Work {
  name: string;
  at: number;
  prepare?(kalends: Kalends, accountId: string): Promise<void>;
  run(kalends: Kalends, accountId: string): Promise<unknown>;
}

const works: Work[] = [
  {
    name: "the purge of an account by retention",
    at: start + 90 * dayMs,
    prepare: async (kalends, accountId) => {
      for (const { id } of await kalends.applications.listAuthorizations({ accountId })) await kalends.applications.endAuthorization(id, "over");
    },
    run: (kalends) => kalends.retention.run({ confirmClock: true }),
  },
  { name: "an erasure", at: start, run: (kalends, accountId) => kalends.erasure.forget({ accountId }) },
];

/** How many deaths are tried, spread over all statements of a work. */
const sampled = Number(process.env["KALENDS_DEATHS"] ?? 8);

describe("on PostgreSQL", () => {
  let server: RunningPostgres | undefined;
  let copies = 0;
  const missing = missingPostgres();
  beforeAll(async () => {
    if (missing === null) server = await startPostgres({ skip: () => undefined });
  }, 60_000);
  afterAll(() => server?.stop());

  /** A copy of a database that nobody is connected to. */
  async function copyOf(url: string): Promise<string> {
    if (server === undefined) throw new Error("no server");
    const from = new URL(url).pathname.slice(1);
    const copy = new URL(url);
    copy.pathname = `/${from}_${(copies += 1)}`;
    for (let tries = 1; ; tries += 1) {
      try {
        await queryPostgres(server.url, `create database ${copy.pathname.slice(1)} template ${from}`);
        return copy.href;
      } catch (thrown) {
        // Connections that were closed a moment ago may still be counted.
        if (tries === 50) throw thrown;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  async function drop(url: string): Promise<void> {
    await queryPostgres(server?.url ?? "", `drop database if exists ${new URL(url).pathname.slice(1)} with (force)`);
  }

  test.for(works)("a process that dies at a statement of $name goes on: no orphan, nothing of anybody else", { timeout: 300_000 }, async ({ at, prepare, run }, context) => {
    if (missing !== null) context.skip(`postgres: ${missing}`);
    const world = await server?.createDatabase();
    if (world === undefined) throw new Error("no server");
    const people = await settle(world);
    const { accountId, otherId } = people;
    if (prepare !== undefined) {
      const { kalends } = await open(world, start);
      await prepare(kalends, accountId);
      await kalends.close();
    }

    const whole = await copyOf(world);
    const counting = new DyingProcess();
    const reference = await open(whole, at, counting);
    counting.passed = 0;
    await run(reference.kalends, accountId);
    const statements = counting.passed;
    const left = await rowsOf(reference.store, accountId);
    const others = await rowsOf(reference.store, otherId);
    await reference.kalends.close();
    expect(statements).toBeGreaterThan(30);
    expect(left).not.toHaveProperty("account");
    expect(others).toMatchObject({ account: 1, credential: 1, calendar: 2, calendar_object: 2 });

    const random = seededRandom(31);
    const spread = Array.from({ length: sampled }, (_, index) => {
      const [step = 0] = random.bytes(1);
      return 1 + Math.floor(((index + step / 256) * statements) / sampled);
    });
    for (const k of new Set(spread)) {
      const url = await copyOf(world);
      const death = new DyingProcess();
      const dying = await open(url, at, death);
      death.left = k;
      await run(dying.kalends, accountId).catch(() => undefined);
      expect(death.left, `death at statement ${k} of ${statements}`).toBeLessThanOrEqual(0);
      death.left = Infinity;
      await dying.kalends.close();
      expect(await orphans(url), `after a death at statement ${k}`).toEqual([]);

      const next = await open(url, at);
      await run(next.kalends, accountId);
      expect(await rowsOf(next.store, accountId), `resumed after a death at statement ${k}`).toEqual(left);
      expect(await rowsOf(next.store, otherId), `resumed after a death at statement ${k}`).toEqual(others);
      expect((await next.kalends.audit.verify()).ok).toBe(true);
      await next.kalends.close();
      expect(await orphans(url)).toEqual([]);
      await drop(url);
    }
  });

  test("an erasure leaves no text in any table, and what the files still hold does not open", async (context) => {
    if (missing !== null) context.skip(`postgres: ${missing}`);
    const url = await server?.createDatabase();
    if (server === undefined || url === undefined) throw new Error("no server");
    // Another moment, so that no other test's copies hold the same sealed bytes.
    const { accountId } = await settle(url, start + 77_000);
    const { kalends, store } = await open(url, start + 78_000);
    const [connection] = await kalends.listConnections(accountId);
    const sealed = await store.organization("default").credentials.get(connection?.id ?? "");
    if (sealed === null) throw new Error("no credential");
    const objects = await queryPostgres(url, "select o.title from kalends.calendar_object o join kalends.calendar c on c.id = o.calendar_id where c.account_id = $1", [accountId]);
    const titleBytes = objects.map(({ title }) => Buffer.from(title as Uint8Array));
    expect(titleBytes).toHaveLength(2);
    const opened = (): Promise<Uint8Array> => {
      const keys = localKeyring({ keyset: Keyset.of(parseKey(testKey)), random: seededRandom(2) });
      const vault = createVault({ keys, random: seededRandom(3), dataKeys: (id) => store.organization(id).dataKeys });
      const context = { organizationId: "default", accountId, table: "credential", row: connection?.id ?? "", column: "sealed", purpose: "credential", generation: sealed.generation };
      return vault.open(sealed.sealed, context);
    };
    expect(Buffer.from(await opened()).toString("utf8")).toContain(password);

    const { receipt } = await kalends.erasure.forget({ accountId });
    expect(receipt?.proofs.filter(({ name }) => name !== "ledger").every(({ ok }) => ok)).toBe(true);
    await expect(opened()).rejects.toMatchObject({ name: "KalendsError" });
    await kalends.close();

    const tables = await dump(url);
    expect(tables).toContain(accountId);
    expect(hiddenIn(Buffer.from(tables))).toEqual([]);

    await queryPostgres(url, "checkpoint");
    // Somebody else's server lies where it is not ours to read.
    if (server.source === "environment") return;
    const [place] = await queryPostgres(url, "show data_directory");
    const files = filesUnder(String(place?.["data_directory"]));
    const [database] = await queryPostgres(url, "select oid::text from pg_database where datname = current_database()");
    const holding = (place: string, bytes: Buffer): number => files.filter(([name, held]) => name.includes(place) && held.includes(bytes)).length;
    expect(hiddenIn(Buffer.from(`.${titles[0] ?? ""}.`))).not.toEqual([]);
    expect(files.flatMap(([name, held]) => hiddenIn(held).map((found) => `${name}: ${found}`))).toEqual([]);
    // Dead rows and the write-ahead log are what the guide says that they are: they hold the sealed bytes, and plain ids.
    for (const place of ["/pg_wal/", `/base/${String(database?.["oid"])}/`]) {
      for (const bytes of [Buffer.from(sealed.sealed), ...titleBytes, Buffer.from(accountId)]) expect(holding(place, bytes), place).toBeGreaterThan(0);
    }
  }, 120_000);
});

/** Texts that lie somewhere in some form. */
function hiddenIn(bytes: Buffer): string[] {
  return [...titles, password, login, canary("display name")].flatMap((text) => [...disguises(text)].filter(([, form]) => bytes.includes(form)).map(([form]) => `${text} (${form})`));
}

/** Every file of a running server, the write-ahead log included; its own caches come and go. */
function filesUnder(folder: string): [name: string, held: Buffer][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).flatMap((entry): [string, Buffer][] => {
    const name = join(entry.parentPath, entry.name);
    try {
      return [[name, readFileSync(name)]];
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw thrown;
    }
  });
}

async function tableNames(url: string): Promise<string[]> {
  const rows = await queryPostgres(url, "select relname::text as name from pg_class where relnamespace = 'kalends'::regnamespace and relkind in ('r', 'p') order by 1");
  return rows.map(({ name }) => String(name));
}

/** All rows of all tables as one text; bytes in hexadecimal. */
async function dump(url: string): Promise<string> {
  const rows = await Promise.all((await tableNames(url)).map((name) => queryPostgres(url, `select t::text as row from kalends.${name} t`)));
  return rows.flat().map(({ row }) => String(row)).join("\n");
}

/** Children whose parent is gone, and jobs and keys of nobody. The foreign keys of the schema hold besides. */
async function orphans(url: string): Promise<unknown[]> {
  const found = await Promise.all([
    queryPostgres(url, "select 'key' as of, account_id as id from kalends.data_key where account_id <> '' and account_id not in (select id from kalends.account)"),
    queryPostgres(url, "select 'job' as of, subject as id from kalends.job where kind in ('sync-calendar', 'roll-window') and subject not in (select id from kalends.calendar)"),
    queryPostgres(url, "select 'span' as of, calendar_id as id from kalends.busy_span where calendar_id not in (select id from kalends.calendar)"),
    queryPostgres(url, "select 'object' as of, calendar_id as id from kalends.calendar_object where calendar_id not in (select id from kalends.calendar)"),
    queryPostgres(url, "select 'login' as of, connection_id as id from kalends.credential where connection_id not in (select id from kalends.connection)"),
    queryPostgres(url, "select 'calendar' as of, id from kalends.calendar where connection_id not in (select id from kalends.connection)"),
    queryPostgres(url, "select 'connection' as of, id from kalends.connection where account_id not in (select id from kalends.account)"),
  ]);
  return found.flat();
}
