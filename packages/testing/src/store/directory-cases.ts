import { expect } from "vitest";
import type { Application, Authorization } from "@kalends/model";
import { account, batch, changeOf, codeOf, connection, noListChange, remoteCalendar, storedObject, syncJob, type StoreCase } from "./store-world.ts";

const organizations: StoreCase = {
  title: "organizations and settings are kept, and a taken name is refused",
  async run(world) {
    await world.store.addOrganization({ id: "org-b", name: "B", createdAt: 7 });
    await world.store.addOrganization({ id: "org-a", name: "A", createdAt: 8 });
    await world.store.settings.put("key-check", "abc");
    await world.turn();
    expect(await world.store.findOrganization("org-b")).toEqual({ id: "org-b", name: "B", createdAt: 7 });
    expect(await world.store.findOrganization("org-c")).toBeNull();
    expect((await world.store.listOrganizations()).map((one) => one.id)).toEqual(["org-a", "org-b"]);
    expect(await codeOf(world.store.addOrganization({ id: "org-b", name: "again", createdAt: 9 }))).toBe("already-exists");
    expect(await codeOf(world.store.settings.put("key-check", "other"))).toBe("already-exists");
    expect(await world.store.settings.get("key-check")).toBe("abc");
    expect(await world.store.settings.get("unknown")).toBeNull();
  },
};

const people: StoreCase = {
  title: "applications, accounts and connections come back as they were put",
  async run(world) {
    const org = await world.populate();
    const application: Application = {
      organizationId: "org-a", id: "app-1", name: "Renamed", window: { daysBack: 7, daysAhead: 9 }, scopes: ["read_events", "read_free_busy"], feed: true, createdAt: 9,
    };
    await org.directory.putApplication(application);
    await org.directory.addAccount(account("org-a", { id: "account-2", externalId: null, displayName: null }));
    await org.directory.addAccount(account("org-a", { id: "account-3", externalId: null }));
    await org.directory.addConnection(connection("org-a", { id: "connection-2", accountId: "account-2", endpoint: { ["__proto__"]: "x", b: "y" } }));
    await world.turn();
    const { directory } = world.org();
    expect(await directory.findApplication("app-1")).toEqual(application);
    expect(await directory.listApplications()).toEqual([application]);
    expect(await directory.findAccount("account-1")).toEqual(account("org-a"));
    expect((await directory.findAccountByExternalId("user-1"))?.id).toBe("account-1");
    expect((await directory.listAccounts()).map((one) => one.id)).toEqual(["account-1", "account-2", "account-3"]);
    expect(await directory.findConnection("connection-1")).toEqual(connection("org-a"));
    expect((await directory.listConnections("account-2")).map((one) => one.id)).toEqual(["connection-2"]);
    const hostile = await directory.findConnection("connection-2");
    expect(Object.entries(hostile?.endpoint ?? {}).sort()).toEqual([["__proto__", "x"], ["b", "y"]]);
    expect(await codeOf(directory.addAccount(account("org-a", { externalId: "other" })))).toBe("already-exists");
    expect(await codeOf(directory.addAccount(account("org-a", { id: "account-9" })))).toBe("already-exists");
    expect(await codeOf(directory.addConnection(connection("org-a")))).toBe("already-exists");
  },
};

const connectionStates: StoreCase = {
  title: "a connection's state moves once, with one change record",
  async run(world) {
    const org = await world.populate();
    expect(await org.directory.setConnectionState("connection-1", "needs-reauth", "auth-failed", 70)).toBe(true);
    expect(await org.directory.setConnectionState("connection-1", "needs-reauth", "auth-failed", 71)).toBe(false);
    await org.directory.updateEndpoint("connection-1", { home: "/moved/" });
    await world.turn();
    const { directory, feed } = world.org();
    expect(await directory.findConnection("connection-1")).toMatchObject({ state: "needs-reauth", errorCode: "auth-failed", endpoint: { home: "/moved/" } });
    expect(await feed.read(0, 10)).toEqual([
      {
        organizationId: "org-a", sequence: 1, kind: "connection-changed", accountId: "account-1", connectionId: "connection-1", calendarId: null,
        uid: null, remoteKey: null, at: 70,
      },
    ]);
    await directory.noteListed("connection-1", { at: 80, errorCode: null });
    await directory.noteListed("connection-1", { at: 90, errorCode: "network-timeout" });
    expect(await directory.findConnection("connection-1")).toMatchObject({ listedAt: 80, errorCode: "network-timeout" });
  },
};

const authorizations: StoreCase = {
  title: "an authorization ends once, with time and reason",
  async run(world) {
    const org = await world.populate();
    const authorization: Authorization = {
      organizationId: "org-a", id: "auth-1", applicationId: "app-1", accountId: "account-1", scopes: ["read_free_busy"], detail: "title",
      noDescriptions: true, privateEvents: true, raisedCalendarIds: ["calendar-1"], excludedCalendarIds: ["calendar-9"], state: "active", createdAt: 5, endedAt: null, endReason: null,
    };
    await org.directory.putAuthorization({ ...authorization, detail: "full" });
    await org.directory.putAuthorization(authorization);
    await world.turn();
    const { directory } = world.org();
    expect(await directory.listAuthorizations("account-1")).toEqual([authorization]);
    expect(await directory.listAuthorizations("account-2")).toEqual([]);
    expect(await directory.endAuthorization("auth-1", "withdrawn", 99)).toBe(true);
    expect(await directory.endAuthorization("auth-1", "again", 100)).toBe(false);
    expect(await directory.listAuthorizations()).toEqual([{ ...authorization, state: "ended", endedAt: 99, endReason: "withdrawn" }]);
    expect(await codeOf(directory.putAuthorization({ ...authorization, id: "auth-2", applicationId: "unknown" }))).toBe("not-found");
  },
};

const calendarList: StoreCase = {
  title: "a calendar list is applied with its changes and jobs",
  async run(world) {
    const org = await world.populate("org-a", ["calendar-1", "calendar-2"]);
    const renamed = { ...remoteCalendar("calendar-1"), name: "Renamed", color: null, readOnly: true };
    await org.directory.applyCalendarList({
      ...noListChange,
      added: [{ id: "calendar-3", remote: remoteCalendar("calendar-3") }],
      changed: [{ id: "calendar-1", remote: renamed }],
      touched: [{ id: "calendar-2", hints: { ctag: "9" } }],
      changes: [changeOf({ remoteKey: "", uid: "" }, "calendar-added", "calendar-3")],
      jobs: [syncJob(40, "calendar-3")],
    });
    await world.turn();
    const { directory, feed, jobs } = world.org();
    expect(await directory.findCalendar("calendar-1")).toMatchObject({ name: "Renamed", color: null, readOnly: true, removedAt: null });
    expect(await directory.findCalendar("calendar-2")).toEqual({
      organizationId: "org-a", id: "calendar-2", connectionId: "connection-1", accountId: "account-1", remoteKey: "/calendars/one/calendar-2/",
      name: "Name of calendar-2", color: "#336699", timeZone: "Europe/Berlin", readOnly: false, hints: { ctag: "9" }, createdAt: 500, removedAt: null,
    });
    expect((await directory.listCalendars({ accountId: "account-1" })).map((one) => one.id)).toEqual(["calendar-1", "calendar-2", "calendar-3"]);
    expect(await directory.listCalendars({ connectionId: "other" })).toEqual([]);
    expect((await feed.read(0, 9)).map((record) => [record.sequence, record.kind])).toEqual([[1, "calendar-added"]]);
    expect(await jobs.dueAt("sync-calendar", "calendar-3")).toBe(40);
    expect(await codeOf(world.addCalendars("org-a", ["calendar-1"]))).toBe("already-exists");
  },
};

const calendarRemoved: StoreCase = {
  title: "a removed calendar takes its rows and jobs with it, each object leaving a change record",
  async run(world) {
    const org = await world.populate("org-a", ["calendar-1", "calendar-2"]);
    const at = await world.startPass();
    const puts = ["b.ics", "a.ics", "c.ics"].map((key) => storedObject(key));
    await org.sync.applyBatch(
      batch(at, {
        puts,
        changes: puts.map((put) => changeOf(put)),
        busySpans: [{ kind: "busy", from: 1, to: 2 }],
        quarantined: [{ remoteKey: "bad.ics", revision: null, code: "object-invalid", reason: "broken" }],
        jobs: [syncJob(10), { kind: "roll-window", subject: "calendar-1", runAt: 11 }, syncJob(12, "calendar-2")],
      }),
    );
    const changes = [changeOf({ remoteKey: "", uid: "" }, "calendar-removed")];
    await org.directory.applyCalendarList({ ...noListChange, removed: ["calendar-1"], changes, now: 600 });
    await world.turn();
    const after = world.org();
    expect(await after.reader.objects("calendar-1", null, null, 10)).toEqual([]);
    expect(await after.reader.quarantined("calendar-1", 10)).toEqual([]);
    expect((await after.reader.busySpans(["calendar-1"], { from: 0, to: 10 })).get("calendar-1") ?? []).toEqual([]);
    expect([...(await after.reader.syncStates(["calendar-1", "calendar-2"], 0)).keys()]).toEqual(["calendar-2"]);
    expect([await after.jobs.dueAt("sync-calendar", "calendar-1"), await after.jobs.dueAt("roll-window", "calendar-1")]).toEqual([null, null]);
    expect(await after.jobs.dueAt("sync-calendar", "calendar-2")).toBe(12);
    const records = await after.feed.read(3, 10);
    expect(records.map((record) => [record.sequence, record.kind, record.at])).toEqual([
      [4, "object-removed", 600],
      [5, "object-removed", 600],
      [6, "object-removed", 600],
      [7, "calendar-removed", 600],
    ]);
    expect(records.slice(0, 3).map((record) => record.remoteKey)).toEqual(["a.ics", "b.ics", "c.ics"]);
    expect(records[0]).toMatchObject({ accountId: "account-1", connectionId: "connection-1", calendarId: "calendar-1", uid: "a.ics@example.test" });
    expect((await after.directory.listCalendars()).map((one) => one.id)).toEqual(["calendar-2"]);
    expect((await after.directory.listCalendars({ includeRemoved: true })).map((one) => one.removedAt)).toEqual([600, null]);
    expect(await codeOf(after.sync.applyBatch(batch(at, { puts })))).toBe("claim-lost");
    expect(await codeOf(after.sync.claim("calendar-1", "w", 1e9, 1))).toBe("calendar-gone");
  },
};

const calendarBack: StoreCase = {
  title: "a calendar that comes back under its id starts afresh and refuses workers of its first life",
  async run(world) {
    const org = await world.populate();
    const old = await world.startPass();
    await org.sync.applyBatch(
      batch(old, { puts: [storedObject("a.ics")], completed: { pass: "snapshot", cursor: "c", storedWindow: { from: 0, to: 9 }, hints: null } }),
    );
    await org.directory.applyCalendarList({ ...noListChange, removed: ["calendar-1"] });
    await world.addCalendars("org-a", ["calendar-1"]);
    await world.turn();
    const { sync, reader } = world.org();
    expect((await reader.syncStates(["calendar-1"], 0)).get("calendar-1")).toMatchObject({ objects: 0, lastSuccess: null, storedWindow: null });
    const claim = await sync.claim("calendar-1", "w", 1e9, leaseEnd);
    expect(claim).toMatchObject({ cursor: null, storedWindow: null });
    expect(claim?.token).toBeGreaterThan(old.claim.token);
    expect(await codeOf(sync.applyBatch(batch(old, { puts: [storedObject("z.ics")] })))).toBe("claim-lost");
  },
};

const leaseEnd = 1_000;

/** Organizations, people, logins, calendars. */
export const directoryCases: readonly StoreCase[] = [
  organizations, people, connectionStates, authorizations, calendarList, calendarRemoved, calendarBack,
];
