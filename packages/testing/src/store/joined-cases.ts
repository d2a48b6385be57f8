import { expect, type TestContext } from "vitest";
import type { AuditEntry, Authorization, OrganizationStore } from "@kalends/model";
import type { HostTransaction } from "./store-harness.ts";
import { account, codeOf, connection, syncJob, type StoreCase, type StoreWorld } from "./store-world.ts";

const noTransaction = "not applicable: this store joins no transaction of the host's";

type Work<T> = (org: OrganizationStore, host: HostTransaction) => Promise<T>;

/** Runs `work` on org-a inside a transaction of the host's; skips where the store cannot join one. */
async function inHost<T>(world: StoreWorld, context: TestContext, work: Work<T>): Promise<T> {
  const { hostTransaction } = world.opened;
  if (hostTransaction === undefined) return context.skip(noTransaction);
  return hostTransaction(async (host) => {
    const joined = world.store.joined?.(host.transaction);
    if (joined === undefined) throw new Error("the harness has transactions, and the store joins none");
    return work(joined.organization("org-a"), host);
  });
}

const notes = async (world: StoreWorld): Promise<string[]> => (await world.opened.hostNotes?.()) ?? [];

const second = account("org-a", { id: "account-2", externalId: "user-2" });
const note: AuditEntry = { action: "authorize", actor: "host", subject: "account-2", detail: "a plan was bought" };
const authorization: Authorization = {
  organizationId: "org-a", id: "authorization-2", applicationId: "app-1", accountId: "account-2", scopes: ["read_free_busy"], detail: "busy",
  noDescriptions: true, privateEvents: false, raisedCalendarIds: [], excludedCalendarIds: [], state: "active", createdAt: 5, endedAt: null, endReason: null,
};

/** What a host does when a user of its own comes: an account, a right to it, an audit line, work for later, and the end of something. */
async function everything(org: OrganizationStore): Promise<void> {
  await org.directory.addAccount(second);
  await org.directory.putAuthorization(authorization);
  await org.audit.append(note, 6);
  await org.jobs.enqueue(syncJob(7));
  await org.retention.stopConnection({ connectionId: "connection-1", purge: false, actor: "host", now: 8 });
  await org.dataKeys.add("account-2", { keyId: "key-1", wrapped: new Uint8Array([1, 2, 3]) });
}

const together: StoreCase = {
  title: "the host's rows, Kalends' rows, the audit log and the feed are committed together",
  async run(world, context) {
    await world.populate();
    const before = await world.org().feed.head();
    await inHost(world, context, async (org, host) => {
      await host.note("user-2");
      await everything(org);
      // What was written is seen inside.
      expect(await org.directory.findAccount("account-2")).toEqual(second);
      expect((await org.directory.findConnection("connection-1"))?.state).toBe("disconnected");
      await host.note("after");
    });
    await world.turn();
    expect(await notes(world)).toEqual(["after", "user-2"]);
    const org = world.org();
    expect(await org.directory.findAccountByExternalId("user-2")).toEqual(second);
    expect(await org.directory.findAuthorization("authorization-2")).toEqual(authorization);
    expect((await org.directory.findConnection("connection-1"))?.state).toBe("disconnected");
    expect(await org.feed.head()).toBeGreaterThan(before);
    expect((await org.audit.read(0, 100)).map(({ detail }) => detail)).toContain(note.detail);
    expect(await org.audit.verify()).toMatchObject({ ok: true });
    expect(await org.dataKeys.get("account-2")).toMatchObject({ epoch: 1 });
    // The next number follows, in and out of a transaction.
    const { sequence } = await org.audit.head();
    await inHost(world, context, (inside) => inside.audit.append(note, 9));
    expect((await org.audit.append(note, 10)).sequence).toBe(sequence + 2);
    expect(await org.audit.verify()).toMatchObject({ ok: true });
  },
};

const rolledBack: StoreCase = {
  title: "they are rolled back together, and leave nothing",
  async run(world, context) {
    // Before anything else: what is caught below would take the reason along.
    if (world.opened.hostTransaction === undefined) return context.skip(noTransaction);
    await world.populate();
    const before = await world.opened.dump?.();
    const stop = new Error("the host changed its mind");
    const call = inHost(world, context, async (org, host) => {
      await host.note("user-2");
      await everything(org);
      throw stop;
    });
    await expect(call).rejects.toBe(stop);
    await world.turn();
    expect(await notes(world)).toEqual([]);
    expect(await world.opened.dump?.()).toEqual(before);
    // The numbers that were given out come again.
    await inHost(world, context, everything);
    expect(await world.org().audit.verify()).toMatchObject({ ok: true });
    expect(await world.org().directory.findAccount("account-2")).toEqual(second);
  },
};

const refusedCall: StoreCase = {
  title: "a call that is refused changes nothing, and the host's transaction goes on",
  async run(world, context) {
    await world.populate();
    await inHost(world, context, async (org, host) => {
      await host.note("before");
      expect(await codeOf(org.directory.addAccount(account("org-a", { id: "account-3" })))).toBe("already-exists");
      expect(await codeOf(org.directory.addConnection(connection("org-a", { id: "c", accountId: "nobody" })))).toBe("not-found");
      expect(await codeOf(org.credentials.put("connection-1", new Uint8Array(1), 7))).toBe("revision-conflict");
      await host.note("between");
      await everything(org);
      await host.note("end");
    });
    await world.turn();
    expect(await notes(world)).toEqual(["before", "between", "end"]);
    expect((await world.org().directory.listAccounts()).map(({ id }) => id)).toEqual(["account-1", "account-2"]);
  },
};

const faultAnywhere: StoreCase = {
  title: "a call whose n-th statement fails leaves nothing of itself, whatever n is",
  async run(world, context) {
    await world.populate();
    const before = await world.opened.dump?.();
    for (let statement = 1; ; statement += 1) {
      const thrown = await inHost(world, context, async (org, host) => {
        await host.note(`try ${statement}`);
        return world.failingAt(statement, () => org.retention.stopConnection({ connectionId: "connection-1", purge: false, actor: "host", now: 8 }));
      });
      if (thrown === null) {
        expect(statement).toBeGreaterThan(5);
        break;
      }
      expect(await world.opened.dump?.(), `statement ${statement}`).toEqual(before);
      expect(await notes(world)).toContain(`try ${statement}`);
    }
    expect((await world.org().directory.findConnection("connection-1"))?.state).toBe("disconnected");
  },
};

const oneOrganization: StoreCase = {
  title: "a second organization is not reached, whatever ids are named",
  async run(world, context) {
    for (const id of ["org-a", "org-b"]) await world.populate(id);
    const foreign = { ...connection("org-b"), id: "connection-b", remoteIdentity: "/b/" };
    await world.org("org-b").directory.addAccount(account("org-b", { id: "account-b", externalId: "user-b" }));
    await world.org("org-b").directory.addConnection(foreign);
    const other = async (): Promise<unknown> => {
      const { directory, audit, feed, jobs } = world.org("org-b");
      return [await directory.listAccounts(), await directory.listConnections(), await directory.listAuthorizations(), await audit.read(0, 100), await feed.read(0, 100), await jobs.dueAt("sync-calendar", "calendar-1")];
    };
    const before = await other();
    await inHost(world, context, async (org) => {
      expect(await org.directory.findAccount("account-b")).toBeNull();
      expect(await org.directory.findConnection("connection-b")).toBeNull();
      expect(await codeOf(org.retention.stopConnection({ connectionId: "connection-b", purge: true, actor: "host", now: 8 }))).toBe("not-found");
      expect(await codeOf(org.directory.setConnectionState("connection-b", "suspended", null, 1))).toBe("not-found");
      expect(await codeOf(org.directory.addConnection(connection("org-a", { id: "c", accountId: "account-b", remoteIdentity: "/c/" })))).toBe("not-found");
      await everything(org);
    });
    await world.turn();
    expect(await other()).toEqual(before);
  },
};

const callsAtOnce: StoreCase = {
  title: "calls that are made at once on one transaction wait for each other, over two handles too",
  async run(world, context) {
    await world.populate();
    await inHost(world, context, async (org, host) => {
      const again = world.store.joined?.(host.transaction).organization("org-a");
      const calls = Array.from({ length: 12 }, (_, index) => {
        const id = `many-${String(index).padStart(2, "0")}`;
        // Every third one is refused in the middle of the others.
        const over = index % 3 === 2 ? { id, externalId: "user-1" } : { id, externalId: id };
        return ((index % 2 === 0 ? org : again) as OrganizationStore).directory.addAccount(account("org-a", over));
      });
      const ends = await Promise.allSettled(calls);
      expect(ends.map(({ status }) => status)).toEqual(ends.map((_, index) => (index % 3 === 2 ? "rejected" : "fulfilled")));
    });
    await world.turn();
    expect(await world.org().directory.listAccounts()).toHaveLength(1 + 8);
  },
};

const afterTheEnd: StoreCase = {
  title: "after the end of the transaction, and with something else, the calls are refused",
  async run(world, context) {
    await world.populate();
    let kept: OrganizationStore | null = null;
    let transaction: object = {};
    await inHost(world, context, async (org, host) => {
      kept = org;
      transaction = host.transaction;
      await org.audit.append(note, 6);
    });
    const before = await world.opened.dump?.();
    const late = kept as OrganizationStore | null;
    expect(await codeOf(late?.directory.addAccount(second) ?? Promise.resolve())).toBe("invalid-argument");
    expect(await codeOf((async () => world.store.joined?.(transaction).organization("org-a").directory.addAccount(second))())).toBe("invalid-argument");
    expect(await codeOf((async () => world.store.joined?.({}).organization("org-a").directory.addAccount(second))())).toBe("invalid-argument");
    expect(await world.opened.dump?.()).toEqual(before);
  },
};

export const joinedCases: readonly StoreCase[] = [together, rolledBack, refusedCall, faultAnywhere, oneOrganization, callsAtOnce, afterTheEnd];
