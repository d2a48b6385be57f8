import { expect, test } from "vitest";
import { Secret, type PulledPage } from "@kalends/model";
import { openTestEngine } from "./open-test-engine.ts";
import { sampleObject } from "./sample-object.ts";

test("an item of two UIDs, one of them broken, keeps the copy of the broken one", async () => {
  const t = await openTestEngine();
  const work = t.provider.calendar("/work/");
  work.put("/both.ics", [sampleObject("a"), sampleObject("b")]);
  await t.connect();
  await t.organization.sync();
  const head = await t.organization.changesHead();
  const half = (pass: PulledPage["pass"]) => (): PulledPage => ({
    pass,
    objects: [{ ...sampleObject("a"), remoteKey: "/both.ics", revision: "2" }],
    present: [],
    removed: [],
    quarantined: [{ remoteKey: "/both.ics", revision: "2", code: "object-invalid", reason: "One event cannot be read" }],
    nextPageToken: null,
    nextCursor: "1",
  });
  const [calendar] = await t.organization.listCalendars();
  t.provider.faults.push(half("delta"));
  expect((await t.organization.syncCalendar(calendar?.id ?? "")).ok).toBe(true);
  t.provider.faults.push(half("snapshot"));
  expect((await t.organization.resync(calendar?.id ?? "")).ok).toBe(true);
  expect(await t.organization.changes(head)).toEqual([]);
  expect((await t.organization.status())[0]?.calendars[0]).toMatchObject({ objects: 2, quarantined: 1 });
  // Gone is gone once the item can be read.
  work.put("/both.ics", sampleObject("a"));
  await t.organization.resync(calendar?.id ?? "");
  expect((await t.organization.changes(head)).map(({ kind, uid }) => `${kind} ${uid}`)).toEqual(["object-removed b"]);
});

test("an account whose making was cut short can be connected and read", async () => {
  const t = await openTestEngine();
  t.provider.calendar("/work/").put("/a.ics", sampleObject("a"));
  const account = { organizationId: "org", id: "acc_half", externalId: null, displayName: null, timeZone: "UTC", createdAt: 1 };
  await t.store.organization("org").directory.addAccount(account);
  const credential = { kind: "password", username: "ada", password: new Secret("x") } as const;
  await t.organization.connect({ accountId: account.id, provider: "memory", address: "ada@example.test", credential });
  expect(await t.organization.sync()).toMatchObject({ ok: true, calendars: [{ created: 1 }] });
});
