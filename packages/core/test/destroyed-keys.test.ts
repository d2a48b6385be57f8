import { expect, test } from "vitest";
import type { DataKeyRow, DataKeyStore } from "@kalends/model";
import { readKeysOnce } from "../src/seal/read-keys-once.ts";
import { openTestEngine } from "./open-test-engine.ts";
import { sampleObject } from "./sample-object.ts";

test("a data key that another process destroyed is used no more, however warm it is in this one", async () => {
  const t = await openTestEngine();
  t.provider.calendar("/work/").put("/a.ics", sampleObject("a"));
  const accountId = await t.connect();
  const [calendar] = await t.organization.listCalendars({ accountId });
  const calendarId = calendar?.id ?? "";
  expect((await t.organization.syncCalendar(calendarId)).ok).toBe(true);
  expect((await t.organization.syncCalendar(calendarId)).ok).toBe(true);
  await t.store.organization("org").dataKeys.remove(accountId);
  // A new key stands in its place by then, which knows nothing of what the old one sealed.
  const refused = expect.stringMatching(/^(open-failed|envelope-unknown)$/) as string;
  expect((await t.organization.syncCalendar(calendarId)).error?.code).toEqual(refused);
  await expect(t.organization.listCalendars({ accountId })).rejects.toMatchObject({ code: refused });
  await expect(t.organization.listConnections(accountId)).rejects.toMatchObject({ code: refused });
  await t.engine.close();
});

/** A store of data keys in memory that counts what is asked of it. */
function countingKeys(): { keys: DataKeyStore; rows: Map<string, DataKeyRow>; reads: string[] } {
  const rows = new Map<string, DataKeyRow>();
  const reads: string[] = [];
  const keys: DataKeyStore = {
    get: async (accountId) => {
      reads.push(accountId);
      if (accountId === "broken" && reads.filter((id) => id === accountId).length === 1) throw new Error("the store is away");
      return rows.get(accountId) ?? null;
    },
    add: async (accountId, wrapped) => {
      const row = rows.get(accountId) ?? { accountId, epoch: 1, ...wrapped };
      rows.set(accountId, row);
      return row;
    },
    remove: async (accountId) => void rows.delete(accountId),
    rewrap: async (changed) => {
      for (const row of changed) rows.set(row.accountId, row);
      return changed.length;
    },
    notUnder: async () => [],
    countByKey: async () => new Map(),
  };
  return { keys, rows, reads };
}

const wrapped = { keyId: "k", wrapped: new Uint8Array([1]) };

test("within one piece of work a key is read once; one that is missing, removed, rewrapped or could not be read is read again", async () => {
  const { keys, rows, reads } = countingKeys();
  await keys.add("one", wrapped);
  const once = readKeysOnce(keys);
  await Promise.all([once.get("one"), once.get("one"), once.get("one")]);
  expect(reads).toEqual(["one"]);
  expect([await once.get("none"), await once.get("none")]).toEqual([null, null]);
  expect(reads).toEqual(["one", "none", "none"]);
  await expect(once.get("broken")).rejects.toThrow("away");
  expect(await once.get("broken")).toBeNull();
  reads.length = 0;
  // Whoever was first: what stands is what is used.
  await keys.add("two", { keyId: "theirs", wrapped: new Uint8Array([2]) });
  expect((await once.add("two", wrapped)).keyId).toBe("theirs");
  expect((await once.get("two"))?.keyId).toBe("theirs");
  expect(reads).toEqual([]);
  await once.remove("one");
  expect(await once.get("one")).toBeNull();
  await once.rewrap([{ accountId: "two", epoch: 2, ...wrapped }], { action: "rotate-keys", actor: "a", subject: "s", detail: "d" }, 1);
  expect((await once.get("two"))?.epoch).toBe(2);
  // The next piece of work.
  rows.clear();
  expect(await readKeysOnce(keys).get("two")).toBeNull();
});
