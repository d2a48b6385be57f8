import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSqliteStore, type SqliteStore } from "../src/index.ts";

const account = (id: string) => ({ organizationId: "org-a", id, externalId: id, displayName: null, timeZone: "UTC", createdAt: 1 });

async function opened(work: (store: SqliteStore, second: SqliteStore) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "kalends-joined-"));
  const path = join(folder, "kalends.db");
  const store = await openSqliteStore({ path, synchronous: "normal" });
  const second = await openSqliteStore({ path, synchronous: "normal" });
  try {
    await store.migrations.run();
    await store.addOrganization({ id: "org-a", name: "A", createdAt: 1 });
    await store.transaction(async (transaction) => transaction.run("create table host_plan (id text primary key, team text) strict"));
    await work(store, second);
  } finally {
    await store.close();
    await second.close();
    rmSync(folder, { recursive: true });
  }
}

const ids = async (store: SqliteStore): Promise<string[]> => (await store.organization("org-a").directory.listAccounts()).map(({ id }) => id);

test("a call past the transaction, from inside of it, is refused instead of waiting for ever; on another store of the same file too", async () => {
  await opened(async (store, second) => {
    const refused = { code: "invalid-argument", remedy: expect.stringContaining("joined") };
    await store.transaction(async (transaction) => {
      for (const other of [store, second]) {
        await expect(other.organization("org-a").directory.addAccount(account("past"))).rejects.toMatchObject(refused);
        await expect(other.organization("org-a").directory.listAccounts()).rejects.toMatchObject(refused);
        await expect(other.transaction(async () => undefined)).rejects.toMatchObject(refused);
      }
      await store.joined(transaction).organization("org-a").directory.addAccount(account("inside"));
    });
    expect(await ids(second)).toEqual(["inside"]);
  });
});

test("everything else on the file waits for the transaction, and sees it whole or not at all", async () => {
  await opened(async (store, second) => {
    const order: string[] = [];
    let goOn: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    const transaction = store.transaction(async (inside) => {
      await store.joined(inside).organization("org-a").directory.addAccount(account("one"));
      await gate;
      inside.run("insert into host_plan (id, team) values (?, ?)", "one", "red");
      order.push("transaction");
    });
    const others = [store, second].map(async (one) => {
      const seen = await ids(one);
      order.push(`read ${seen.join()}`);
    });
    goOn();
    await Promise.all([transaction, ...others]);
    expect(order).toEqual(["transaction", "read one", "read one"]);
  });
});

test("a fault in the host's own statement is told by its code, and undoes both sides where the host lets it through", async () => {
  await opened(async (store) => {
    await store.transaction(async (transaction) => {
      transaction.run("insert into host_plan (id, team) values ('one', 'red')");
      // Caught: the transaction goes on.
      expect(() => transaction.run("insert into host_plan (id, team) values ('one', 'blue')")).toThrow(expect.objectContaining({ code: "already-exists" }));
      await store.joined(transaction).organization("org-a").directory.addAccount(account("one"));
    });
    const call = store.transaction(async (transaction) => {
      await store.joined(transaction).organization("org-a").directory.addAccount(account("two"));
      transaction.run("insert into host_plan (id, team) values ('one', 'blue')");
    });
    await expect(call).rejects.toMatchObject({ code: "already-exists" });
    expect(await ids(store)).toEqual(["one"]);
  });
});

test("a call that the host did not wait for is committed whole", async () => {
  await opened(async (store) => {
    let call: Promise<void> = Promise.resolve();
    await store.transaction(async (transaction) => {
      call = store.joined(transaction).organization("org-a").directory.addAccount(account("late"));
    });
    const [ended] = await Promise.allSettled([call]);
    expect(await ids(store)).toEqual(ended?.status === "fulfilled" ? ["late"] : []);
    // Nothing is left open.
    await store.organization("org-a").directory.addAccount(account("next"));
  });
});

test("a host that ends the transaction by itself hears of it, and the store works on", async () => {
  await opened(async (store) => {
    const call = store.transaction(async (transaction) => {
      await store.joined(transaction).organization("org-a").directory.addAccount(account("one"));
      transaction.run("rollback");
    });
    await expect(call).rejects.toMatchObject({ code: "store-failed" });
    expect(await ids(store)).toEqual([]);
    await store.organization("org-a").directory.addAccount(account("next"));
    expect(await ids(store)).toEqual(["next"]);
  });
});

test("the transaction of one store is none of another's", async () => {
  await opened(async (store, second) => {
    await store.transaction(async (transaction) => {
      expect(() => second.joined(transaction)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
    });
  });
});
