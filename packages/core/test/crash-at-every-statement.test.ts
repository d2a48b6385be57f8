import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSqliteStore } from "@kalends/store-sqlite";
import { DyingProcess } from "@kalends/testing";
import { openTestEngine, type TestEngine } from "./open-test-engine.ts";
import { sampleObject } from "./sample-object.ts";

interface Work {
  name: string;
  prepare(t: TestEngine, accountId: string): Promise<void>;
  run(t: TestEngine, accountId: string): Promise<unknown>;
}

const works: Work[] = [
  {
    name: "the purge of an account by retention",
    prepare: async (t, accountId) => {
      for (const { id } of await t.organization.applications.listAuthorizations({ accountId })) await t.organization.applications.endAuthorization(id, "over");
      await t.clock.advance(90 * 86_400_000);
    },
    run: (t) => t.organization.retention.run({ confirmClock: true }),
  },
  { name: "an erasure", prepare: async () => undefined, run: (t, accountId) => t.organization.erasure.forget({ accountId }) },
  {
    name: "a disconnection that purges",
    prepare: async () => undefined,
    run: async (t, accountId) => {
      const [connection] = await t.organization.listConnections(accountId);
      // After a death in the middle the connection is hidden already; retention finds its mark.
      if (connection === undefined) await t.organization.retention.run({ confirmClock: true });
      else await t.organization.disconnect(connection.id, { disposition: "purge" });
    },
  },
];

describe.each(works)("a process that dies at every statement of $name", ({ prepare, run }) => {
  let folder = "";
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "kalends-crash-"))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function world(path: string, death: DyingProcess): Promise<{ t: TestEngine; accountId: string; otherId: string }> {
    const t = await openTestEngine({ store: await openSqliteStore({ path, onStatement: death.hook }) });
    t.provider.calendar("/work/").put("/a.ics", sampleObject("a"));
    t.provider.calendar("/home/").put("/b.ics", sampleObject("b"));
    const otherId = await t.connect();
    const accountId = await t.connect();
    await t.organization.sync();
    await prepare(t, accountId);
    return { t, accountId, otherId };
  }

  test("goes on where it was: no orphan, nothing of anybody else", async () => {
    const reference = new DyingProcess();
    const first = await world(join(folder, "reference.db"), reference);
    const lasting = async (store: TestEngine["store"], accountId: string) => {
      const rows = await store.organization("org").retention.rowsOf({ accountId });
      return ["account", "connection", "credential", "calendar", "data_key", "access_authorization"].map((table) => [table, rows[table]]);
    };
    const others = await lasting(first.t.store, first.otherId);
    reference.passed = 0;
    await run(first.t, first.accountId);
    const statements = reference.passed;
    const left = await first.t.store.organization("org").retention.rowsOf({ accountId: first.accountId });
    const othersAfter = await first.t.store.organization("org").retention.rowsOf({ accountId: first.otherId });
    await first.t.store.close();
    expect(statements).toBeGreaterThan(30);

    // One world; each death rolls back to the last transaction, and the same work is begun again until it passes.
    const path = join(folder, "dying.db");
    const death = new DyingProcess();
    const { t, accountId, otherId } = await world(path, death);
    let deaths = 0;
    for (let k = 1; ; k += 1) {
      if (k > statements * 4) throw new Error("it never gets to its end");
      death.left = k;
      try {
        await run(t, accountId);
        break;
      } catch {
        deaths += 1;
        death.left = Infinity;
        expect(orphans(path), `after a death at statement ${k}`).toEqual([]);
        expect(await lasting(t.store, otherId)).toEqual(others);
      }
    }
    death.left = Infinity;
    expect(deaths).toBeGreaterThan(10);
    expect(await t.store.organization("org").retention.rowsOf({ accountId })).toEqual(left);
    expect(await t.store.organization("org").retention.rowsOf({ accountId: otherId })).toEqual(othersAfter);
    expect((await t.organization.audit.verify()).ok).toBe(true);
    await t.store.close();
    expect(orphans(path)).toEqual([]);
  }, 120_000);
});

/** Rows whose parent is gone, as SQLite itself finds them, and children that no foreign key watches. */
function orphans(path: string): unknown[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const watched = database.prepare("pragma foreign_key_check").all();
    const keys = database.prepare("select account_id from data_key where account_id <> '' and account_id not in (select id from account)").all();
    const jobs = database.prepare("select kind, subject from job where kind in ('sync-calendar', 'roll-window') and subject not in (select id from calendar)").all();
    return [...watched, ...keys, ...jobs];
  } finally {
    database.close();
  }
}
