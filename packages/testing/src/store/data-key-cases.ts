import { expect } from "vitest";
import type { AuditEntry, DataKeyRow } from "@kalends/model";
import { codeOf, type StoreCase } from "./store-world.ts";

const audit: AuditEntry = { action: "rotate-keys", actor: "host", subject: "org-a", detail: "2 data keys" };
const wrapped = (keyId: string, byte: number) => ({ keyId, wrapped: new Uint8Array([byte, 0, 255]) });

const keeping: StoreCase = {
  title: "the first data key of an account stands, and each organization has its own",
  async run(world) {
    const org = await world.populate();
    await world.populate("org-b");
    expect(await org.dataKeys.get("account-1")).toBeNull();
    const both = await Promise.all([org.dataKeys.add("account-1", wrapped("k1", 1)), org.dataKeys.add("account-1", wrapped("k1", 2))]);
    expect(both[0]).toEqual(both[1]);
    await org.dataKeys.add("", wrapped("k1", 9));
    await world.org("org-b").dataKeys.add("account-1", wrapped("k2", 3));
    await world.turn();
    expect(await world.org().dataKeys.get("account-1")).toEqual(both[0]);
    expect([wrapped("k1", 1), wrapped("k1", 2)].map((one) => ({ accountId: "account-1", epoch: 1, ...one }))).toContainEqual(both[0]);
    expect(await world.org("org-b").dataKeys.get("account-1")).toEqual({ accountId: "account-1", epoch: 1, ...wrapped("k2", 3) });
    expect(await world.org().dataKeys.countByKey()).toEqual(new Map([["k1", 2]]));
    await world.org().dataKeys.remove("account-1");
    expect(await world.org().dataKeys.get("account-1")).toBeNull();
    expect(await world.org("org-b").dataKeys.get("account-1")).not.toBeNull();
    expect(await codeOf(world.org("nobody").dataKeys.add("a", wrapped("k1", 1)))).toBe("not-found");
  },
};

const rotation: StoreCase = {
  title: "rewrapping replaces what did not move meanwhile, and leaves an audit record",
  async run(world) {
    const org = await world.populate();
    for (const id of ["a", "b", "c"]) await org.dataKeys.add(id, wrapped("old", 1));
    await org.dataKeys.add("d", wrapped("new", 1));
    await world.turn();
    const { dataKeys } = world.org();
    const old = await dataKeys.notUnder("new", 2);
    expect(old.map(({ accountId }) => accountId)).toEqual(["a", "b"]);
    const anew = old.map((row): DataKeyRow => ({ ...row, ...wrapped("new", 7) }));
    expect(await dataKeys.rewrap(anew, audit, 50)).toBe(2);
    expect(await dataKeys.rewrap(anew, audit, 51)).toBe(0);
    await world.turn();
    expect(await world.org().dataKeys.countByKey()).toEqual(new Map([["new", 3], ["old", 1]]));
    expect(await world.org().dataKeys.get("a")).toEqual({ accountId: "a", epoch: 2, ...wrapped("new", 7) });
    expect((await world.org().dataKeys.notUnder("new", 10)).map(({ accountId }) => accountId)).toEqual(["c"]);
    const records = (await world.org().audit.read(0, 100)).filter(({ action }) => action === "rotate-keys");
    expect(records).toMatchObject([{ at: 50, detail: "2 data keys" }]);
  },
};

const settings: StoreCase = {
  title: "a setting is put once and replaced only from the value that is known",
  async run(world) {
    const { settings } = world.store;
    await settings.put("check", "one");
    expect(await codeOf(settings.put("check", "two"))).toBe("already-exists");
    expect(await codeOf(settings.replace("check", "other", "two"))).toBe("revision-conflict");
    await settings.replace("check", "one", "two");
    await world.turn();
    expect(await world.store.settings.get("check")).toBe("two");
  },
};

/** Wrapped data keys, and the settings that go with keys. */
export const dataKeyCases: readonly StoreCase[] = [keeping, rotation, settings];
