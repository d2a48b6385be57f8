import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StoredMark, StoredObject } from "@kalends/model";
import { planChanges } from "@kalends/core";

const subject = { accountId: "a", connectionId: "c", calendarId: "k" };

function stored(remoteKey: string, uid: string, digest: string): StoredObject {
  return { remoteKey, uid, digest, revision: "r", first: 0, last: 1, outside: digest === "outside", timing: "{}", private: false, title: null, description: null, content: null, warnings: null };
}

/** A page and a stored calendar over few keys, uids and digests, so that all meetings of them happen. */
const cell = fc.record({
  key: fc.constantFrom("k1", "k2", "k3"),
  uid: fc.constantFrom("u1", "u2"),
  digest: fc.constantFrom("d1", "d2", "outside"),
});
const calendar = fc.uniqueArray(cell, { selector: ({ key, uid }) => `${key}/${uid}` });

describe("planChanges", () => {
  test("applied to the stored calendar it gives what the page says, for any page", () => {
    fc.assert(
      fc.property(calendar, calendar, fc.uniqueArray(fc.constantFrom("k1", "k2", "k3")), (before, page, gone) => {
        const removed = gone.filter((key) => !page.some((one) => one.key === key));
        const marks: StoredMark[] = before.map(({ key, uid, digest }) => ({ remoteKey: key, uid, digest, revision: "r", private: false, first: 0, last: 1 }));
        const objects = page.map(({ key, uid, digest }) => stored(key, uid, digest));
        const plan = planChanges({ objects, present: [], removed, stored: marks, subject });

        // The obvious reference: drop every key that the page names, then add what it holds.
        const named = new Set([...page.map(({ key }) => key), ...removed]);
        const wanted = new Map<string, string>(before.filter(({ key }) => !named.has(key)).map(({ key, uid, digest }) => [`${key}/${uid}`, digest]));
        for (const { key, uid, digest } of page) wanted.set(`${key}/${uid}`, digest);

        const got = new Map<string, string>(before.map(({ key, uid, digest }) => [`${key}/${uid}`, digest]));
        for (const { remoteKey, uid } of plan.removes) got.delete(`${remoteKey}/${uid}`);
        for (const { remoteKey, uid, digest } of plan.puts) got.set(`${remoteKey}/${uid}`, digest);
        expect(new Map([...got].sort())).toEqual(new Map([...wanted].sort()));

        // Exactly the visible differences become change records.
        const visible = (map: Map<string, string>): Map<string, string> => new Map([...map].filter(([, digest]) => digest !== "outside"));
        const was = visible(new Map<string, string>(before.map(({ key, uid, digest }) => [`${key}/${uid}`, digest])));
        const is = visible(wanted);
        const expected = [...new Set([...was.keys(), ...is.keys()])].flatMap((name) => {
          if (was.get(name) === is.get(name)) return [];
          if (!was.has(name)) return [`object-created ${name}`];
          return [`${is.has(name) ? "object-updated" : "object-removed"} ${name}`];
        });
        expect(plan.changes.map(({ kind, remoteKey, uid }) => `${kind} ${remoteKey}/${uid}`).sort()).toEqual(expected.sort());
      }),
      { numRuns: 2_000 },
    );
  });
});
