import { openSqliteStore, type SqliteStore, type SqliteTransaction } from "@kalends/store-sqlite";
import type { LedgerEntry } from "@kalends/model";
import { describe, expect, test } from "vitest";
import type { OrganizationTransaction } from "@kalends/core";
import { openTestEngine, type TestEngine } from "./open-test-engine.ts";

interface World extends TestEngine {
  store: SqliteStore;
  entries: LedgerEntry[];
  /** Runs `work` inside a transaction of the host's. */
  inside<T>(work: (joined: OrganizationTransaction, transaction: SqliteTransaction) => Promise<T>): Promise<T>;
}

async function openWorld(): Promise<World> {
  const store = await openSqliteStore({ path: ":memory:" });
  const entries: LedgerEntry[] = [];
  const erasureLedger = { append: async (entry: LedgerEntry) => void entries.push(entry), entries: async () => entries };
  const world = await openTestEngine({ store, engine: { erasureLedger } });
  return {
    ...world, store, entries,
    inside: (work) => store.transaction((transaction) => work(world.engine.joined(transaction, "org"), transaction)),
  };
}

const rollBack = new Error("the host changed its mind");

describe("an organization inside the host's transaction", () => {
  test("an account, its key, its right and the audit line come together or not at all", async () => {
    const world = await openWorld();
    const { organization, inside } = world;
    let gone = "";
    const call = inside(async (joined) => {
      const account = await joined.createAccount({ externalId: "user-1", displayName: "Ada", timeZone: "Europe/Berlin" });
      gone = account.id;
      expect(await joined.findAccountByExternalId("user-1")).toMatchObject({ displayName: "Ada" });
      throw rollBack;
    });
    await expect(call).rejects.toBe(rollBack);
    expect(await organization.listAccounts()).toEqual([]);
    expect(await world.store.organization("org").dataKeys.get(gone)).toBeNull();
    const account = await inside(async (joined) => {
      const made = await joined.createAccount({ externalId: "user-1", displayName: "Ada", timeZone: "Europe/Berlin" });
      const application = await joined.applications.create({ name: "Second" });
      await joined.applications.authorize({ applicationId: application.id, accountId: made.id, scopes: ["read_free_busy"] });
      await joined.audit.note({ action: "authorize", actor: "host", subject: made.id, detail: "a plan was bought" });
      await expect(joined.createAccount({ externalId: "user-1" })).rejects.toMatchObject({ code: "already-exists" });
      return made;
    });
    expect(await organization.findAccountByExternalId("user-1")).toMatchObject({ id: account.id, displayName: "Ada" });
    expect(await organization.applications.listAuthorizations({ accountId: account.id })).toHaveLength(2);
    expect((await organization.audit.read(0)).map(({ detail }) => detail)).toContain("a plan was bought");
    expect(await organization.audit.verify()).toMatchObject({ ok: true });
    await world.engine.close();
  });

  test("nobody hears of it before the host says that it is committed", async () => {
    const world = await openWorld();
    let heard = 0;
    world.organization.onChange(() => (heard += 1));
    const joined = await world.inside(async (org) => {
      await org.applications.create({ name: "Second" });
      return org;
    });
    expect(heard).toBe(0);
    joined.committed();
    expect(heard).toBe(1);
    await world.engine.close();
  });

  test("a connection ends at the commit, and a job tells the provider and drops the credential", async () => {
    const world = await openWorld();
    const accountId = await world.connect();
    const [connection] = await world.organization.listConnections(accountId);
    const id = connection?.id ?? "";
    await expect(world.inside(async (joined) => {
      await joined.requestDisconnect(id);
      throw rollBack;
    })).rejects.toBe(rollBack);
    expect((await world.organization.listConnections(accountId))[0]?.state).toBe("connected");
    const { credentials } = world.store.organization("org");
    expect(await credentials.get(id)).not.toBeNull();
    const joined = await world.inside(async (org) => {
      await expect(org.requestDisconnect("unknown")).rejects.toMatchObject({ code: "not-found" });
      await org.requestDisconnect(id, { actor: "ada" });
      // Once more does nothing.
      await org.requestDisconnect(id);
      return org;
    });
    expect((await world.organization.listConnections(accountId))[0]?.state).toBe("disconnected");
    expect((await world.organization.audit.read(0)).filter(({ action, actor }) => action === "disconnect" && actor === "ada")).toHaveLength(1);
    joined.committed();
    await world.engine.scheduler.drain();
    expect(await credentials.get(id)).toBeNull();
    await world.engine.close();
  });

  test("a request to be forgotten that is rolled back erases nobody, now and at the next start; one that is committed is carried out", async () => {
    const world = await openWorld();
    const accountId = await world.connect();
    await expect(world.inside(async (joined) => {
      await joined.requestErasure({ accountId });
      throw rollBack;
    })).rejects.toBe(rollBack);
    expect(world.entries).toEqual([]);
    await world.another("test-2");
    expect(await world.organization.findAccount(accountId)).not.toBeNull();
    const { erasureId } = await world.inside((joined) => joined.requestErasure({ accountId }, { actor: "ada", notify: ["mail"] }));
    expect(await world.organization.findAccount(accountId)).toBeNull();
    await world.engine.scheduler.drain();
    expect(world.entries[0]).toMatchObject({ accountId, erasureId, organizationId: "org" });
    const [erasure] = await world.organization.erasure.list();
    expect(erasure).toMatchObject({ id: erasureId, actor: "ada", finishedAt: expect.any(Number), items: [{ system: "mail" }] });
    expect(await world.store.organization("org").retention.rowsOf({ accountId })).not.toHaveProperty("account");
    await expect(world.inside((joined) => joined.requestErasure({ accountId }))).rejects.toMatchObject({ code: "not-found" });
    await world.engine.close();
  });

  test("a sync is asked for with the commit, of calendars that are there", async () => {
    const world = await openWorld();
    world.provider.calendar("work");
    const accountId = await world.connect();
    await world.organization.sync();
    const [calendar] = await world.organization.listCalendars({ accountId });
    if (calendar === undefined) throw new Error("the provider has a calendar");
    const { jobs } = world.store.organization("org");
    await world.inside(async (joined) => {
      await expect(joined.requestSync("unknown")).rejects.toMatchObject({ code: "not-found" });
      await joined.requestSync(calendar.id);
    });
    expect(await jobs.dueAt("sync-calendar", calendar.id)).toBe(world.clock.now());
    await world.engine.close();
  });

  test("a store that joins nothing says so", async () => {
    const inner = await openSqliteStore({ path: ":memory:" });
    const store = new Proxy(inner, {
      get: (target, name) => {
        const value = name === "joined" ? undefined : (Reflect.get(target, name) as unknown);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    const { engine } = await openTestEngine({ store });
    expect(() => engine.joined({}, "org")).toThrow(expect.objectContaining({ code: "invalid-argument" }));
    await engine.close();
  });
});
