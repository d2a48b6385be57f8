import { expect } from "vitest";
import { batch, changeOf, codeOf, connection, noListChange, storedObject, syncJob, type StoreCase, type StoreWorld } from "./store-world.ts";

/** Fills both organizations with rows of identical ids, all different in content. */
async function twins(world: StoreWorld): Promise<void> {
  for (const id of ["org-a", "org-b"]) {
    const org = await world.populate(id);
    const at = await world.startPass(1_000, id);
    const put = storedObject("one.ics", { digest: `digest of ${id}`, timing: `{"of":"${id}"}` });
    const from = id === "org-a" ? 100 : 200;
    await org.sync.applyBatch(
      batch(at, {
        puts: [put],
        changes: [changeOf(put)],
        busySpans: [{ kind: "busy", from, to: from + 10 }],
        quarantined: [{ remoteKey: "bad.ics", revision: "1", code: "object-invalid", reason: id }],
        jobs: [syncJob(from)],
      }),
    );
    await org.credentials.put("connection-1", new TextEncoder().encode(id), 0);
  }
}

const identicalIds: StoreCase = {
  title: "two organizations with identical ids see only their own rows",
  async run(world) {
    await twins(world);
    await world.turn();
    for (const [id, from] of [["org-a", 100], ["org-b", 200]] as const) {
      const org = world.org(id);
      expect((await org.directory.findCalendar("calendar-1"))?.organizationId).toBe(id);
      expect((await org.reader.findObject("calendar-1", "one.ics", "one.ics@example.test"))?.digest).toBe(`digest of ${id}`);
      expect((await org.reader.objects("calendar-1", null, null, 10)).map((object) => object.digest)).toEqual([`digest of ${id}`]);
      expect((await org.sync.marksOf("calendar-1", ["one.ics"])).map((mark) => mark.digest)).toEqual([`digest of ${id}`]);
      expect((await org.sync.timings("calendar-1", { from: 0, to: 1e12 }, null, 10)).map((row) => row.timing)).toEqual([`{"of":"${id}"}`]);
      expect((await org.reader.busySpans(["calendar-1"], { from: 0, to: 1e12 })).get("calendar-1")).toEqual([{ kind: "busy", from, to: from + 10 }]);
      expect((await org.reader.quarantined("calendar-1", 10)).map((item) => item.reason)).toEqual([id]);
      expect((await org.feed.read(0, 10)).map((record) => [record.organizationId, record.sequence])).toEqual([[id, 1]]);
      expect(await org.jobs.dueAt("sync-calendar", "calendar-1")).toBe(from);
      expect(new TextDecoder().decode((await org.credentials.get("connection-1"))?.sealed)).toBe(id);
      expect(await org.directory.listConnections()).toHaveLength(1);
    }
  },
};

const writesStayInside: StoreCase = {
  title: "writing and deleting in one organization leaves its twin untouched",
  async run(world) {
    await twins(world);
    const other = world.org("org-b");
    const before = await other.reader.objects("calendar-1", null, null, 10);
    await world.org("org-a").directory.applyCalendarList({ ...noListChange, removed: ["calendar-1"] });
    await world.org("org-a").directory.setConnectionState("connection-1", "suspended", null, 5);
    await world.org("org-a").credentials.remove("connection-1");
    await world.org("org-a").jobs.cancel("sync-calendar", "calendar-1");
    await world.turn();
    const after = world.org("org-b");
    expect(await after.reader.objects("calendar-1", null, null, 10)).toEqual(before);
    expect((await after.directory.findConnection("connection-1"))?.state).toBe("connected");
    expect((await after.directory.findCalendar("calendar-1"))?.removedAt).toBeNull();
    expect(await after.credentials.get("connection-1")).not.toBeNull();
    expect(await after.jobs.dueAt("sync-calendar", "calendar-1")).toBe(200);
    expect(await after.feed.head()).toBe(1);
  },
};

const foreignAndUnknown: StoreCase = {
  title: "a foreign id and an unknown id are answered alike",
  async run(world) {
    await world.populate("org-a");
    await world.store.addOrganization({ id: "org-b", name: "B", createdAt: 1 });
    await world.turn();
    const org = world.org("org-b");
    for (const [calendar, conn, acc, app] of [["calendar-1", "connection-1", "account-1", "app-1"], ["x", "x", "x", "x"]] as const) {
      expect(await org.directory.findCalendar(calendar)).toBeNull();
      expect(await org.directory.findSurroundings(calendar)).toBeNull();
      expect(await org.directory.findConnection(conn)).toBeNull();
      expect(await org.directory.findAccount(acc)).toBeNull();
      expect(await org.directory.findApplication(app)).toBeNull();
      expect(await org.directory.findAccountByExternalId("user-1")).toBeNull();
      expect(await org.credentials.get(conn)).toBeNull();
      expect(await org.reader.objects(calendar, null, null, 10)).toEqual([]);
      expect([...(await org.reader.syncStates([calendar], 0)).keys()]).toEqual([]);
      const known = await org.reader.availability([acc], [calendar], { from: 0, to: 1e12 });
      expect([known.accounts.size, known.calendars.size, known.exclusions]).toEqual([0, 0, []]);
      expect(await org.sync.countObjects(calendar, 9)).toEqual({ all: 0, unseen: 0 });
      expect(await codeOf(org.sync.claim(calendar, "w", 0, 1))).toBe("not-found");
      expect(await codeOf(org.sync.renew(calendar, 0, 0, 1))).toBe("claim-lost");
      expect(await codeOf(org.directory.setConnectionState(conn, "suspended", null, 1))).toBe("not-found");
      expect(await codeOf(org.directory.updateEndpoint(conn, {}))).toBe("not-found");
      expect(await codeOf(org.directory.noteListed(conn, { at: 1, errorCode: null }))).toBe("not-found");
      expect(await codeOf(org.directory.endAuthorization(conn, "x", 1))).toBe("not-found");
      expect(await codeOf(org.directory.applyCalendarList({ ...noListChange, connectionId: conn }))).toBe("not-found");
      expect(await codeOf(org.credentials.put(conn, new Uint8Array(1), 0))).toBe("not-found");
      expect(await codeOf(org.directory.addConnection(connection("org-b", { id: "new", accountId: acc })))).toBe("not-found");
    }
  },
};

export const isolationCases: readonly StoreCase[] = [identicalIds, writesStayInside, foreignAndUnknown];
