import fc from "fast-check";
import { expect, test } from "vitest";
import type { ApplyBatch, QuarantinedItem, StoredObject } from "@kalends/model";
import { openSqliteStore } from "../src/index.ts";
import { addPeople, plainObject } from "./writing-rounds.ts";

const keys = ["a", "b", "c", "d"];
const uids = ["u", "v"];
const anyKey = fc.constantFrom(...keys);
const anyRevision = fc.constantFrom("1", "2", null);

const anyPut: fc.Arbitrary<StoredObject> = fc
  .record({ key: anyKey, uid: fc.constantFrom(...uids), revision: anyRevision, digest: fc.constantFrom("x", "y"), first: fc.nat(20), length: fc.option(fc.nat(10)), outside: fc.boolean() })
  .map(({ key, uid, revision, digest, first, length, outside }) =>
    plainObject(key, { uid, revision, digest, first, last: length === null ? null : first + length, outside, timing: `{"${digest}":1}`, content: null }),
  );

const anyStep = fc.record({
  newPass: fc.boolean(),
  stale: fc.boolean(),
  puts: fc.array(anyPut, { maxLength: 4 }),
  removes: fc.array(fc.record({ remoteKey: anyKey, uid: fc.constantFrom(...uids) }), { maxLength: 2 }),
  seen: fc.array(fc.record({ remoteKey: anyKey, revision: anyRevision }), { maxLength: 3 }),
  quarantined: fc.array(fc.record({ remoteKey: anyKey, revision: anyRevision }), { maxLength: 2 }),
  gone: fc.array(anyKey, { maxLength: 1 }),
  completed: fc.constantFrom("delta" as const, "snapshot" as const, null),
});
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

/** What the port documents, on plain maps. */
class Model {
  readonly objects = new Map<string, { object: StoredObject; pass: number }>();
  readonly quarantined = new Map<string, { item: QuarantinedItem; pass: number }>();
  records = 0;

  apply(step: Step, pass: number): void {
    for (const { remoteKey, uid } of step.removes) this.objects.delete(`${remoteKey}/${uid}`);
    for (const object of step.puts) this.objects.set(`${object.remoteKey}/${object.uid}`, { object, pass });
    const leaving = new Set([...step.puts, ...step.removes].map((one) => one.remoteKey).concat(step.gone));
    for (const { remoteKey, revision } of step.seen) {
      this.#mark(remoteKey, pass, revision);
      const listed = this.quarantined.get(remoteKey);
      if (listed === undefined) continue;
      if (revision === null || listed.item.revision !== revision) leaving.add(remoteKey);
      else listed.pass = pass;
    }
    for (const key of leaving) this.quarantined.delete(key);
    for (const { remoteKey, revision } of step.quarantined) {
      this.quarantined.set(remoteKey, { item: { remoteKey, revision, code: "object-invalid", reason: "r" }, pass });
      this.#mark(remoteKey, pass);
    }
    if (step.completed === "snapshot") {
      for (const [key, { pass: seenBy }] of this.quarantined) if (seenBy < pass) this.quarantined.delete(key);
    }
    this.records += step.puts.length;
  }

  #mark(remoteKey: string, pass: number, revision?: string | null): void {
    for (const stored of this.objects.values()) {
      if (stored.object.remoteKey !== remoteKey) continue;
      stored.pass = pass;
      if (revision !== undefined) stored.object = { ...stored.object, revision };
    }
  }

  sorted(): { object: StoredObject; pass: number }[] {
    return [...this.objects.keys()].sort().flatMap((key) => this.objects.get(key) ?? []);
  }
}

function batchOf(step: Step, token: number, pass: number): ApplyBatch {
  return {
    calendarId: "calendar-1", token: step.stale ? token - 1 : token, pass, puts: step.puts, removes: step.removes, seen: step.seen, gone: step.gone,
    quarantined: step.quarantined.map((item) => ({ ...item, code: "object-invalid", reason: "r" })),
    changes: step.puts.map(({ uid, remoteKey }) => ({
      kind: "object-updated", accountId: "account-1", connectionId: "connection-1", calendarId: "calendar-1", uid, remoteKey,
    })),
    busySpans: null, jobs: [], refusedRemovals: null, audit: "", now: 1,
    completed: step.completed === null ? null : { pass: step.completed, cursor: "c", storedWindow: { from: 0, to: 9 }, hints: null },
  };
}

const touching = (object: StoredObject, from: number, to: number): boolean =>
  object.first < to && (object.last === null || object.last > from || object.first >= from);

test("random batches leave exactly what a plain model of the port leaves", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 8 }), fc.nat(25), fc.integer({ min: 1, max: 15 }), async (steps, from, length) => {
      const store = await openSqliteStore({ path: ":memory:" });
      await store.migrations.run();
      await addPeople(store, ["calendar-1"]);
      const { sync, reader, feed } = store.organization("org-a");
      const claim = await sync.claim("calendar-1", "w", 0, 10);
      const token = claim?.token ?? 0;
      const model = new Model();
      let pass = await sync.beginPass("calendar-1", token, { forgetCursor: false });
      for (const step of steps) {
        if (step.newPass) pass = await sync.beginPass("calendar-1", token, { forgetCursor: false });
        const applying = sync.applyBatch(batchOf(step, token, pass));
        if (step.stale) await expect(applying).rejects.toMatchObject({ code: "claim-lost" });
        else {
          await applying;
          model.apply(step, pass);
        }
      }
      const range = { from, to: from + length };
      const stored = model.sorted();
      const near = stored.filter(({ object }) => touching(object, range.from, range.to)).map(({ object }) => object);
      expect(await reader.objects("calendar-1", null, null, 99)).toEqual(stored.map(({ object }) => object));
      expect(await reader.objects("calendar-1", range, null, 99)).toEqual(near);
      expect((await sync.timings("calendar-1", range, null, 1_000)).map((row) => row.remoteKey + row.uid)).toEqual(near.map((object) => object.remoteKey + object.uid));
      expect(await reader.quarantined("calendar-1", 99)).toEqual([...model.quarantined.keys()].sort().map((key) => model.quarantined.get(key)?.item));
      const unseen = stored.filter((one) => one.pass < pass);
      expect((await sync.unseen("calendar-1", pass, null, 99)).map((mark) => mark.remoteKey + mark.uid)).toEqual(unseen.map(({ object }) => object.remoteKey + object.uid));
      expect(await sync.countObjects("calendar-1", pass)).toEqual({ all: stored.length, unseen: unseen.length });
      const entering = near.filter((object) => object.outside);
      expect(await sync.countEntering("calendar-1", range)).toBe(entering.length);
      const known = keys.filter((key) => (model.quarantined.has(key) || stored.some((one) => one.object.remoteKey === key)) && !entering.some((object) => object.remoteKey === key));
      expect([...(await sync.revisionsOf("calendar-1", keys, range)).keys()].sort()).toEqual(known);
      expect((await feed.read(0, 999)).map((record) => record.sequence)).toEqual(Array.from({ length: model.records }, (_, index) => index + 1));
      await store.close();
    }),
    { numRuns: 150 },
  );
});
