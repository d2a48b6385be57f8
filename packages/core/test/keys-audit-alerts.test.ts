import { describe, expect, test } from "vitest";
import { generateKey, createVault, Keyset, localKeyring, parseKey } from "@kalends/vault";
import { createEngine } from "@kalends/core";
import { KalendsError, type KeyService } from "@kalends/model";
import { openSqliteStore } from "@kalends/store-sqlite";
import { fakeClock, memoryProvider, seededRandom } from "@kalends/testing";
import { sampleObject } from "./sample-object.ts";
import { openTestEngine } from "./open-test-engine.ts";

const random = seededRandom(3);
const newKey = () => parseKey(generateKey(random));
const hour = 60 * 60_000;

async function openKeyed(keyset: Keyset, options: { store?: Awaited<ReturnType<typeof openSqliteStore>>; wrap?: (keys: KeyService) => KeyService } = {}) {
  const clock = fakeClock("2026-11-20T08:00:00Z");
  const store = options.store ?? (await openSqliteStore({ path: ":memory:", clock }));
  await store.migrations.run();
  const keys = (options.wrap ?? ((inner) => inner))(localKeyring({ keyset, random }));
  const vault = createVault({ keys, random, dataKeys: (id) => store.organization(id).dataKeys });
  return { store, vault, engine: await createEngine({ store, vault, providers: [memoryProvider()], clock, random, holder: "test" }) };
}

const code = (promise: Promise<unknown>): Promise<string> => promise.then(() => "no error", (thrown: KalendsError) => thrown.code);

describe("rotation", () => {
  test("is resumable, done when nothing is left under the old key, and leaves records", async () => {
    const first = Keyset.of(newKey());
    const old = first.primary.id;
    const { store, vault, engine } = await openKeyed(first);
    const context = { organizationId: "b", accountId: "a3", table: "t", row: "r", column: "c", purpose: "p", generation: 0 };
    for (const id of ["a", "b"]) {
      await engine.openOrganization(id);
      for (let number = 0; number < 250; number += 1) await vault.forAccount(id, `a${number}`);
    }
    const sealed = await vault.seal(new TextEncoder().encode("a token"), context);
    expect(await engine.keys.inUse()).toEqual(new Map([[old, 501]]));

    const both = first.add(newKey());
    const next = both.keys[1]?.id ?? "";
    // The key service dies in the middle.
    let left = 230;
    const dying = await openKeyed(both.promote(next), {
      store,
      wrap: (inner) => ({
        ...inner,
        rewrap: (wrapped, where) => {
          left -= 1;
          if (left === 0) throw new Error("gone");
          return inner.rewrap(wrapped, where);
        },
      }),
    });
    expect(await dying.engine.keys.rotate({ dryRun: true })).toEqual({ primary: next, found: 501, rewrapped: 0, left: 501 });
    expect(await code(dying.engine.keys.rotate())).toBe("key-service-failed");
    expect(await dying.engine.keys.inUse()).toEqual(new Map([[next, 200], [old, 301]]));
    const progress: number[] = [];
    const report = await dying.engine.keys.rotate({ actor: "ops-1", onProgress: ({ done, total }) => void progress.push(done / total) });
    expect(report).toEqual({ primary: next, found: 301, rewrapped: 301, left: 0 });
    expect(progress.at(-1)).toBe(1);
    expect(await dying.engine.keys.inUse()).toEqual(new Map([[next, 501]]));
    expect(await dying.engine.keys.rotate()).toEqual({ primary: next, found: 0, rewrapped: 0, left: 0 });

    const done = await openKeyed(both.promote(next).destroy(old), { store });
    expect(Buffer.from(await done.vault.open(sealed, context)).toString()).toBe("a token");
    const records = (await store.organization("b").audit.read(0, 100)).filter(({ action }) => action === "rotate-keys");
    expect(records.map(({ actor, detail }) => [actor, detail])).toEqual([
      ["ops-1", `200 data keys rewrapped under the key ${next}`],
      ["ops-1", `50 data keys rewrapped under the key ${next}`],
    ]);
    expect(await code(openKeyed(first, { store }))).toBe("key-wrong");
    expect(await code(openKeyed(Keyset.of(newKey()), { store }))).toBe("key-wrong");
    expect(await code(openKeyed(first.add(newKey()), { store }))).toBe("key-wrong");
    expect(await done.engine.keys.inUse()).toEqual(new Map([[next, 501]]));
  });

  test("a key that is promoted before all is rotated away from cannot leave unnoticed", async () => {
    const first = Keyset.of(newKey());
    const old = first.primary.id;
    const { store } = await openKeyed(first);
    const both = first.add(newKey());
    const next = both.keys[1]?.id ?? "";
    await openKeyed(both.promote(next), { store });
    expect(await code(openKeyed(both.promote(next).destroy(old), { store }))).toBe("key-wrong");
    expect(await code(openKeyed(both.promote(next).disable(old), { store }))).toBe("key-wrong");
  });
});

describe("audit", () => {
  test("connecting, an export and a note stand in the chain with who did it; a broken chain raises an alert", async () => {
    const { organization, store, connect } = await openTestEngine();
    await connect();
    const exported = [];
    for await (const record of organization.audit.export({ actor: "auditor-1" })) exported.push(record);
    expect(exported.map(({ sequence }) => sequence)).toEqual(exported.map((_, index) => index + 1));
    expect(exported.map(({ action, actor }) => `${action} ${actor}`)).toEqual(expect.arrayContaining(["authorize host", "connect host", "export auditor-1"]));
    expect(exported.at(-1)).toMatchObject({ action: "export" });
    await organization.audit.note({ action: "purge", actor: "member-1", subject: "acc", detail: "by hand" });
    expect(await code(organization.audit.note({ action: "purge", actor: "kalends", subject: "acc", detail: "by hand" }))).toBe("invalid-argument");
    const head = await organization.audit.head();
    expect(await organization.audit.verify(head)).toMatchObject({ ok: true, records: head.sequence });
    expect(await organization.alerts.open()).toEqual([]);
    expect(await organization.audit.verify({ ...head, hash: "0".repeat(64) })).toMatchObject({ ok: false, firstBad: head.sequence });
    expect(await organization.alerts.open()).toMatchObject([{ raised: { kind: "chain-broken", detail: `first bad record: ${head.sequence}` } }]);
    await store.close();
  });
});

describe("alerts", () => {
  test("a refused login raises one, which is escalated and stays until somebody allowed acknowledges it", async () => {
    const provider = memoryProvider();
    const { organization, engine, store, clock, connect } = await openTestEngine({ provider });
    provider.calendar("work");
    await connect();
    let woken = 0;
    organization.onChange(() => void (woken += 1));
    provider.listFaults.push(...Array.from({ length: 2 }, () => new KalendsError("auth-failed", "refused")));
    await organization.sync();
    const [connection] = await organization.listConnections();
    expect(await organization.alerts.open()).toMatchObject([{ escalatedAt: null, raised: { kind: "needs-reauth", subject: connection?.id, detail: "auth-failed" } }]);
    expect(woken).toBeGreaterThan(0);
    await clock.advance(25 * hour);
    await engine.scheduler.drain();
    expect((await organization.alerts.open()).map(({ escalatedAt }) => typeof escalatedAt)).toEqual(["number"]);
    expect((await organization.alerts.read(0)).map(({ step, first }) => [step, first])).toEqual([["raised", 1], ["escalated", 1]]);

    await store.organization("org").members.add({ id: "boss", role: "owner", joinedAt: 1 }, { actor: "host", now: 1 });
    await store.organization("org").members.add({ id: "worker", role: "member", joinedAt: 1 }, { actor: "host", now: 1 });
    for (const actor of ["worker", "nobody", "kalends", ""]) expect(await code(organization.alerts.acknowledge(1, actor))).toBe("permission-denied");
    expect(await code(organization.alerts.acknowledge(99))).toBe("not-found");
    expect(await organization.alerts.acknowledge(1, "boss")).toBe(true);
    expect(await organization.alerts.acknowledge(1)).toBe(false);
    expect(await organization.alerts.open()).toEqual([]);
    expect((await organization.audit.read(0)).filter(({ action }) => action === "alert").map(({ actor }) => actor)).toEqual(["kalends", "kalends", "boss"]);
  });

  test("three refusals in a row raise one, two do not, and a fault of the network never does", async () => {
    const provider = memoryProvider();
    const { organization, clock, connect } = await openTestEngine({ provider });
    provider.calendar("work");
    await connect();
    const [id = ""] = (await organization.listCalendars()).map((one) => one.id);
    const failing = async (error: KalendsError, runs: number): Promise<void> => {
      for (let run = 0; run < runs; run += 1) {
        provider.faults.push(...Array.from({ length: 10 }, () => error));
        expect((await organization.syncCalendar(id)).ok).toBe(false);
        provider.faults.length = 0;
        await clock.advance(hour);
      }
    };
    await failing(new KalendsError("network-unreachable", "down"), 4);
    expect(await organization.alerts.open()).toEqual([]);
    expect((await organization.syncCalendar(id)).ok).toBe(true);
    await failing(new KalendsError("not-calendar-data", "a login page"), 2);
    expect(await organization.alerts.open()).toEqual([]);
    await failing(new KalendsError("not-calendar-data", "a login page"), 2);
    expect(await organization.alerts.open()).toMatchObject([{ raised: { kind: "repeated-refusals", subject: id, detail: "3 in a row, the last: not-calendar-data" } }]);
  });

  test("many items set aside at once raise one", async () => {
    const provider = memoryProvider();
    const { organization, connect } = await openTestEngine({ provider });
    const work = provider.calendar("work");
    for (let number = 0; number < 12; number += 1) {
      work.put(`item-${number}`, sampleObject(`item-${number}`));
      if (number < 9) work.break(`item-${number}`);
    }
    await connect();
    await organization.sync();
    expect(await organization.alerts.open()).toEqual([]);
    for (let number = 0; number < 12; number += 1) work.break(`item-${number}`);
    await organization.sync();
    expect(await organization.alerts.open()).toMatchObject([{ raised: { kind: "quarantine-growth", detail: "12 items set aside in one run" } }]);
  });
});
