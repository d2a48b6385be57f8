import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ApplyBatch, Store, StoredObject, SyncClaim } from "@kalends/model";
import { nodeSqlite, openSqliteStore, type SqliteConnection } from "../src/index.ts";
import { dumpFile } from "./open-for-suite.ts";
import { addPeople, plainObject } from "./writing-rounds.ts";

let folder = "";
let path = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kalends-faults-"));
  path = join(folder, "kalends.db");
});

afterEach(() => rmSync(folder, { recursive: true }));

async function codeOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => "nothing was thrown",
    (thrown: { name: string; code: string }) => (thrown.name === "KalendsError" ? thrown.code : thrown),
  );
}

async function populated(options: { driver?: (file: string) => SqliteConnection; busyTimeoutMs?: number } = {}): Promise<[Store, SyncClaim]> {
  const store = await openSqliteStore({ path, ...options });
  await store.migrations.run();
  await addPeople(store, ["calendar-1"]);
  const claim = await store.organization("org-a").sync.claim("calendar-1", "w", 0, 1_000);
  if (claim === null) throw new Error("the claim is taken");
  return [store, claim];
}

function puts(claim: SyncClaim, objects: StoredObject[]): ApplyBatch {
  return {
    calendarId: "calendar-1", token: claim.token, pass: 0, puts: objects, removes: [], seen: [], quarantined: [], changes: [], busySpans: null,
    jobs: [], completed: null, refusedRemovals: null, audit: "faults", now: 1,
  };
}

describe("faults of the file", () => {
  test("a database that another program holds is store-locked, and usable again afterwards", async () => {
    const [store, claim] = await populated({ busyTimeoutMs: 30 });
    const other = new DatabaseSync(path);
    other.exec("begin immediate");
    expect(await codeOf(store.organization("org-a").sync.applyBatch(puts(claim, [plainObject("a")])))).toBe("store-locked");
    expect(await store.organization("org-a").reader.objects("calendar-1", null, null, 9)).toEqual([]);
    other.exec("rollback");
    other.close();
    await store.organization("org-a").sync.applyBatch(puts(claim, [plainObject("a")]));
    expect(await store.organization("org-a").reader.objects("calendar-1", null, null, 9)).toHaveLength(1);
    await store.close();
  });

  test("a database that cannot grow is store-full, writes nothing of the batch, and goes on when there is room", async () => {
    let connection: SqliteConnection | null = null;
    const [store, claim] = await populated({ driver: (file) => (connection = nodeSqlite(file)) });
    const { sync } = store.organization("org-a");
    await sync.applyBatch(puts(claim, [plainObject("a")]));
    const before = dumpFile(path);
    const inside = connection as SqliteConnection | null;
    const pages = (inside?.prepare("pragma page_count").all()[0] as { page_count: number }).page_count;
    inside?.exec(`pragma max_page_count = ${pages + 3}`);
    const many = Array.from({ length: 200 }, (_, index) => plainObject(`k${index}`));
    expect(await codeOf(sync.applyBatch(puts(claim, many)))).toBe("store-full");
    expect(dumpFile(path)).toEqual(before);
    inside?.exec("pragma max_page_count = 1000000");
    await sync.applyBatch(puts(claim, many));
    expect((await sync.countObjects("calendar-1", 0)).all).toBe(201);
    await store.close();
  });

  test("a file that is no database is store-corrupt and stays as it was", async () => {
    writeFileSync(path, "This is a letter, not a database. ".repeat(100));
    expect(await codeOf(openSqliteStore({ path }))).toBe("store-corrupt");
    expect(readFileSync(path, "utf8")).toBe("This is a letter, not a database. ".repeat(100));
  });

  test("a damaged database is store-corrupt, not an empty answer", async () => {
    const [store, claim] = await populated();
    await store.organization("org-a").sync.applyBatch(puts(claim, Array.from({ length: 300 }, (_, index) => plainObject(`k${index}`))));
    await store.close();
    const bytes = readFileSync(path);
    bytes.fill(0xa5, Math.floor(bytes.length / 2));
    writeFileSync(path, bytes);
    const again = await openSqliteStore({ path });
    expect(await codeOf(again.organization("org-a").reader.objects("calendar-1", null, null, 1_000))).toBe("store-corrupt");
    await again.close();
  });

  test("a folder in the way, a missing folder and a database that refuses writes are store-readonly", async () => {
    mkdirSync(join(folder, "folder.db"));
    expect(await codeOf(openSqliteStore({ path: join(folder, "folder.db") }))).toBe("store-readonly");
    expect(await codeOf(openSqliteStore({ path: join(folder, "missing", "kalends.db") }))).toBe("store-readonly");
    let connection: SqliteConnection | null = null;
    const [store] = await populated({ driver: (file) => (connection = nodeSqlite(file)) });
    (connection as SqliteConnection | null)?.exec("pragma query_only = on");
    expect(await codeOf(store.settings.put("a", "b"))).toBe("store-readonly");
    await store.close();
  });

  test("a write without permission is store-readonly", async (context) => {
    if (process.getuid?.() === 0) return context.skip("not applicable: the superuser may write everything, so the file mode refuses nothing");
    writeFileSync(path, "");
    chmodSync(path, 0o400);
    expect(await codeOf(openSqliteStore({ path }))).toBe("store-readonly");
  });

  test("a wrong busy timeout is an invalid argument; a closed store says that it is closed", async () => {
    expect(await codeOf(openSqliteStore({ path, busyTimeoutMs: -1 }))).toBe("invalid-argument");
    const [store] = await populated();
    await store.close();
    await store.close();
    expect(await codeOf(store.listOrganizations())).toBe("engine-closed");
  });
});

describe("what the file shows to others", () => {
  test("a new database and its side files are readable by their owner only", async () => {
    const [store] = await populated();
    const files = readdirSync(folder);
    expect(files).toContain("kalends.db-wal");
    for (const file of files) expect([file, (statSync(join(folder, file)).mode & 0o777).toString(8)]).toEqual([file, "600"]);
    await store.close();
  });

  test("durable and erasing by default", async () => {
    let connection: SqliteConnection | null = null;
    const [store] = await populated({ driver: (file) => (connection = nodeSqlite(file)) });
    const setting = (name: string): unknown => Object.values(((connection as SqliteConnection | null)?.prepare(`pragma ${name}`).all()[0] ?? {}) as object)[0];
    expect([setting("journal_mode"), setting("synchronous"), setting("secure_delete"), setting("foreign_keys")]).toEqual(["wal", 2, 1, 1]);
    await store.close();
    const relaxed = await openSqliteStore({ path, synchronous: "normal", driver: (file) => (connection = nodeSqlite(file)) });
    expect(setting("synchronous")).toBe(1);
    await relaxed.close();
  });

  test("nothing of a removed object is in any file after closing", async () => {
    const [store, claim] = await populated();
    const { sync } = store.organization("org-a");
    const canary = "canary-7f3a9c";
    const marked = Array.from({ length: 50 }, (_, index) =>
      plainObject(`k${index}`, { timing: `{"t":"${canary}-${index}"}`, content: new TextEncoder().encode(`${canary}${index}`.repeat(200)) }),
    );
    await sync.applyBatch(puts(claim, marked));
    const found = (): number => readdirSync(folder).filter((file) => readFileSync(join(folder, file)).includes(canary)).length;
    expect(found()).toBeGreaterThan(0);
    await sync.applyBatch({ ...puts(claim, []), removes: marked.map(({ remoteKey, uid }) => ({ remoteKey, uid })) });
    await store.close();
    expect(readdirSync(folder)).toEqual(["kalends.db"]);
    expect(found()).toBe(0);
  });
});
