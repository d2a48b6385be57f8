// Measures applyBatch beside the bare driver writing the same rows into the same schema: node packages/store-sqlite/test/apply-batch-speed.ts [rows]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { NewChange, Store, StoredObject } from "@kalends/model";
import { openSqliteStore } from "../src/index.ts";

const rows = Number(process.argv[2] ?? 50_000);
const batchSize = 1_000;
const subject = { accountId: "account-0001", connectionId: "connection-0001", calendarId: "calendar-0001" };
const organization = "organization-0001";

function object(index: number, revision: string): StoredObject {
  const name = `event-${((index * 2_654_435_761) % 4_294_967_296).toString(16).padStart(8, "0")}-${index}`;
  return {
    remoteKey: `/calendars/user-0001/home/${name}.ics`,
    uid: `${name}@example.test`,
    revision,
    digest: `${name}${revision}`.padEnd(43, "x"),
    first: 1_750_000_000_000 + index * 60_000,
    last: 1_750_003_600_000 + index * 60_000,
    timing: JSON.stringify({ events: [{ filler: "t".repeat(570) }] }),
    outside: false,
    private: false,
    title: new Uint8Array(80).fill(index & 255),
    content: new Uint8Array(520).fill(index & 255),
    description: null,
    warnings: null,
  };
}

function changeOf(put: StoredObject): NewChange {
  return { kind: "object-created", ...subject, uid: put.uid, remoteKey: put.remoteKey };
}

async function prepare(path: string): Promise<Store> {
  const store = await openSqliteStore({ path });
  await store.migrations.run();
  await store.addOrganization({ id: organization, name: "Speed", createdAt: 0 });
  const { directory } = store.organization(organization);
  const { accountId, connectionId, calendarId } = subject;
  await directory.addAccount({ organizationId: organization, id: accountId, externalId: null, displayName: null, timeZone: "UTC", createdAt: 0 });
  await directory.addConnection({
    organizationId: organization, id: connectionId, accountId, provider: "caldav", state: "connected", remoteIdentity: "speed", label: "speed",
    endpoint: {}, createdAt: 0, listedAt: null, pausedUntil: null, errorCode: null, grantedScopes: null,
  });
  const remote = { remoteKey: "/calendars/user-0001/home/", name: "Home", color: null, timeZone: null, readOnly: false, hints: {} };
  await directory.applyCalendarList({
    connectionId, added: [{ id: calendarId, remote }], changed: [], touched: [], removed: [], changes: [], jobs: [], now: 0,
  });
  return store;
}

interface Writer {
  apply(puts: StoredObject[]): Promise<void>;
  close(): Promise<void>;
}

async function throughStore(path: string, pass: number): Promise<Writer> {
  const store = await openSqliteStore({ path });
  const { sync } = store.organization(organization);
  const claim = await sync.claim(subject.calendarId, "speed", pass * 1_000, 1);
  if (claim === null) throw new Error("the claim is taken");
  return {
    apply: async (puts) => {
      await sync.applyBatch({
        calendarId: subject.calendarId, token: claim.token, pass, puts, removes: [], seen: [], quarantined: [], changes: puts.map(changeOf),
        busySpans: null, jobs: [], completed: null, refusedRemovals: null, audit: "speed", now: 1,
      });
    },
    close: () => store.close(),
  };
}

async function throughDriver(path: string, pass: number): Promise<Writer> {
  const database = new DatabaseSync(path);
  for (const pragma of ["journal_mode = wal", "synchronous = full", "foreign_keys = on", "secure_delete = on", "temp_store = memory"]) {
    database.exec(`pragma ${pragma}`);
  }
  const put = database.prepare(`insert into calendar_object values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
    on conflict (organization, calendar_id, remote_key, uid) do update set revision = excluded.revision, digest = excluded.digest,
    first_ms = excluded.first_ms, last_ms = excluded.last_ms, outside = excluded.outside, pass = excluded.pass, warnings = excluded.warnings,
    timing = excluded.timing, content = excluded.content, private = excluded.private, title = excluded.title, description = excluded.description`);
  const change = database.prepare("insert into change_record values (?,?,?,?,?,?,?,?,?)");
  let sequence = Number(database.prepare("select coalesce(max(sequence), 0) as n from change_record").get()?.["n"]);
  return {
    apply: async (puts) => {
      database.exec("begin immediate");
      for (const { remoteKey, uid, revision, digest, first, last, timing, title, content, description } of puts) {
        put.run(organization, subject.calendarId, remoteKey, uid, revision, digest, first, last, 0, pass, null, timing, content, 0, title, description);
      }
      for (const { uid, remoteKey } of puts) {
        sequence += 1;
        change.run(organization, sequence, "object-created", subject.accountId, subject.connectionId, subject.calendarId, uid, remoteKey, 1);
      }
      database.exec("commit");
    },
    close: async () => database.close(),
  };
}

/** Wall clock and processor time of both, in ms. The batches alternate, so that a busy machine slows both alike. */
async function compare(bare: Writer, ours: Writer, batches: StoredObject[][]): Promise<{ wall: [number, number]; cpu: [number, number] }> {
  const spent = { wall: [0, 0] as [number, number], cpu: [0, 0] as [number, number] };
  for (const [index, puts] of batches.entries()) {
    const order = index % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const);
    for (const which of order) {
      const [started, cpu] = [performance.now(), process.cpuUsage()];
      await (which === 0 ? bare : ours).apply(puts);
      const { user, system } = process.cpuUsage(cpu);
      spent.wall[which] += performance.now() - started;
      spent.cpu[which] += (user + system) / 1_000;
    }
  }
  return spent;
}

function batchesOf(revision: string): StoredObject[][] {
  const batches: StoredObject[][] = [];
  for (let start = 0; start < rows; start += batchSize) {
    batches.push(Array.from({ length: Math.min(batchSize, rows - start) }, (_, index) => object(start + index, revision)));
  }
  return batches;
}

const folder = mkdtempSync(join(tmpdir(), "kalends-speed-"));
try {
  for (let round = 1; round <= 3; round += 1) {
    const [ours, bare] = [join(folder, `ours-${round}.db`), join(folder, `bare-${round}.db`)];
    for (const path of [ours, bare]) await (await prepare(path)).close();
    for (const [pass, what] of [[1, "insert"], [2, "update"]] as const) {
      const writers = [await throughDriver(bare, pass), await throughStore(ours, pass)] as const;
      const { wall, cpu } = await compare(...writers, batchesOf(String(pass)));
      for (const writer of writers) await writer.close();
      const perSecond = (ms: number): string => Math.round((rows / ms) * 1_000).toLocaleString("en");
      const perRow = (ms: number): string => `${((ms / rows) * 1_000).toFixed(0)} us`;
      console.log(
        `${round} ${what}: driver ${perSecond(wall[0])} rows/s, applyBatch ${perSecond(wall[1])} rows/s, ${(wall[0] / wall[1]).toFixed(2)}x; ` +
          `processor ${perRow(cpu[0])} and ${perRow(cpu[1])} a row, ${(cpu[0] / cpu[1]).toFixed(2)}x`,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
