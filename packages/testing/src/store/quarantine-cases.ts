import { expect } from "vitest";
import type { QuarantinedItem } from "@kalends/model";
import { batch, storedObject, type StoreCase, type StoreWorld } from "./store-world.ts";

function bad(remoteKey: string, revision: string | null = "bad-1"): QuarantinedItem {
  return { remoteKey, revision, code: "object-invalid", reason: "DTSTART is missing" };
}

async function listed(world: StoreWorld): Promise<string[]> {
  return (await world.org().reader.quarantined("calendar-1", 100)).map((item) => item.remoteKey);
}

const setAside: StoreCase = {
  title: "an item set aside is listed with its reason and counts as known at its revision",
  async run(world) {
    const org = await world.populate();
    const at = await world.startPass();
    await org.sync.applyBatch(batch(at, { quarantined: [bad("b"), bad("a")] }));
    await org.sync.applyBatch(batch(at, { quarantined: [{ ...bad("b", "bad-2"), reason: "RRULE is not valid", code: "rule-invalid" }] }));
    await world.turn();
    const { reader, sync } = world.org();
    expect(await reader.quarantined("calendar-1", 10)).toEqual([
      bad("a"),
      { remoteKey: "b", revision: "bad-2", code: "rule-invalid", reason: "RRULE is not valid" },
    ]);
    expect(await reader.quarantined("calendar-1", 1)).toEqual([bad("a")]);
    expect((await reader.syncStates(["calendar-1"], 0)).get("calendar-1")).toMatchObject({ quarantined: 2, objects: 0 });
    expect(await sync.revisionsOf("calendar-1", ["a", "b", "c"], { from: 0, to: 1 })).toEqual(new Map([["a", "bad-1"], ["b", "bad-2"]]));
    expect(await sync.unseen("calendar-1", 99, null, 10)).toEqual([]);
  },
};

const goodCopyStays: StoreCase = {
  title: "a good copy stored earlier stays and counts as seen while its item cannot be read",
  async run(world) {
    const org = await world.populate();
    const first = await world.startPass();
    await org.sync.applyBatch(batch(first, { puts: [storedObject("a"), storedObject("b")] }));
    const pass = await org.sync.beginPass("calendar-1", first.claim.token, { forgetCursor: false });
    await org.sync.applyBatch(batch({ claim: first.claim, pass }, { quarantined: [bad("a")] }));
    await world.turn();
    const { sync, reader } = world.org();
    expect((await sync.unseen("calendar-1", pass, null, 10)).map((mark) => mark.remoteKey)).toEqual(["b"]);
    expect(await reader.findObject("calendar-1", "a", "a@example.test")).toEqual(storedObject("a"));
    expect((await sync.revisionsOf("calendar-1", ["a"], { from: 0, to: 1 })).get("a")).toBe("bad-1");
  },
};

const leaving: StoreCase = {
  title: "an item leaves the list when it was put, read unchanged, removed or is gone",
  async run(world) {
    const org = await world.populate();
    const at = await world.startPass();
    await org.sync.applyBatch(batch(at, { puts: [storedObject("removed"), storedObject("seen"), storedObject("seen-unrevised")] }));
    const keys = ["put", "seen", "seen-same", "seen-unrevised", "removed", "gone", "stays"];
    await org.sync.applyBatch(batch(at, { quarantined: keys.map((key) => bad(key, key === "seen-unrevised" ? null : "bad-1")) }));
    await world.turn();
    await world.org().sync.applyBatch(
      batch(at, {
        puts: [storedObject("put")],
        seen: [{ remoteKey: "seen", revision: "good-2" }, { remoteKey: "seen-same", revision: "bad-1" }, { remoteKey: "seen-unrevised", revision: null }],
        removes: [{ remoteKey: "removed", uid: "removed@example.test" }],
        gone: ["gone", "unknown"],
      }),
    );
    await world.turn();
    expect(await listed(world)).toEqual(["seen-same", "stays"]);
  },
};

const snapshotEnd: StoreCase = {
  title: "the end of a snapshot drops what it did not see; the end of a delta pass drops nothing",
  async run(world) {
    const org = await world.populate();
    const first = await world.startPass();
    await org.sync.applyBatch(batch(first, { quarantined: [bad("same"), bad("again"), bad("vanished")] }));
    const completed = { pass: "delta" as const, cursor: "c", storedWindow: { from: 0, to: 1 }, hints: null };
    const delta = await org.sync.beginPass("calendar-1", first.claim.token, { forgetCursor: false });
    await org.sync.applyBatch(batch({ claim: first.claim, pass: delta }, { completed }));
    await world.turn();
    expect(await listed(world)).toEqual(["again", "same", "vanished"]);
    const { sync } = world.org();
    const snapshot = await sync.beginPass("calendar-1", first.claim.token, { forgetCursor: true });
    await sync.applyBatch(batch({ claim: first.claim, pass: snapshot }, { seen: [{ remoteKey: "same", revision: "bad-1" }] }));
    await sync.applyBatch(batch({ claim: first.claim, pass: snapshot }, { quarantined: [bad("again")], completed: { ...completed, pass: "snapshot" } }));
    await world.turn();
    expect(await listed(world)).toEqual(["again", "same"]);
  },
};

/** Items that exist and could not be read. */
export const quarantineCases: readonly StoreCase[] = [setAside, goodCopyStays, leaving, snapshotEnd];
