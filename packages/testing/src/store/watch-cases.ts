import { expect } from "vitest";
import type { NewWatchChannel } from "@kalends/model";
import { codeOf, type StoreCase } from "./store-world.ts";

const channel = (id: string, over: Partial<NewWatchChannel> = {}): NewWatchChannel => ({
  id, connectionId: "connection-1", calendarId: "calendar-1", tokenDigest: `digest of ${id}`, createdAt: 10, expiresAt: 100, ...over,
});

const life: StoreCase = {
  title: "a channel is written before it is opened, and kept until the provider holds it no more",
  async run(world) {
    const { watches } = await world.populate();
    await watches.add(channel("ch-1"));
    expect(await codeOf(watches.add(channel("ch-1")))).toBe("already-exists");
    await world.turn();
    const later = world.org().watches;
    const opening = {
      id: "ch-1", connectionId: "connection-1", calendarId: "calendar-1", tokenDigest: "digest of ch-1", state: "opening", resource: null,
      createdAt: 10, expiresAt: 100, notifiedAt: null,
    };
    expect(await later.find("ch-1")).toEqual(opening);
    expect(await later.confirm("ch-1", { resource: "res-1", expiresAt: 90 })).toBe(true);
    await later.noteNotified("ch-1", 20, "another");
    await world.turn();
    const open = { ...opening, state: "open", resource: "res-1", expiresAt: 90, notifiedAt: 20 };
    expect(await world.org().watches.find("ch-1")).toEqual(open);
    expect(await world.org().watches.close(["ch-1", "unknown"])).toBe(1);
    expect(await world.org().watches.close(["ch-1"])).toBe(0);
    expect(await world.org().watches.close([])).toBe(0);
    // An answer that comes late opens nothing again.
    expect(await world.org().watches.confirm("ch-1", { resource: "res-1", expiresAt: 95 })).toBe(true);
    await world.turn();
    expect(await world.org().watches.find("ch-1")).toEqual({ ...open, state: "closing", expiresAt: 95 });
    await world.org().watches.remove("ch-1");
    await world.org().watches.remove("ch-1");
    await world.turn();
    expect(await world.org().watches.find("ch-1")).toBeNull();
    expect(await world.org().watches.confirm("ch-1", { resource: "res-1", expiresAt: 95 })).toBe(false);
  },
};

const lists: StoreCase = {
  title: "channels are listed by calendar and connection, oldest first; a notification tells the resource of one whose answer was lost",
  async run(world) {
    const org = await world.populate("org-a", ["calendar-1", "calendar-2"]);
    await org.watches.add(channel("ch-2", { createdAt: 20 }));
    await org.watches.add(channel("ch-1"));
    await org.watches.add(channel("ch-3", { calendarId: "calendar-2", createdAt: 5 }));
    await org.watches.add(channel("ch-4", { calendarId: null, createdAt: 30 }));
    expect(await codeOf(org.watches.add(channel("ch-5", { calendarId: "unknown" })))).toBe("not-found");
    expect(await codeOf(org.watches.add(channel("ch-5", { connectionId: "unknown" })))).toBe("not-found");
    await org.watches.noteNotified("ch-1", 15, "res-1");
    await org.watches.noteNotified("unknown", 15, "res-1");
    await world.turn();
    const { watches } = world.org();
    const ids = (channels: { id: string }[]) => channels.map(({ id }) => id);
    expect(ids(await watches.list())).toEqual(["ch-3", "ch-1", "ch-2", "ch-4"]);
    expect(ids(await watches.list({ calendarId: "calendar-1" }))).toEqual(["ch-1", "ch-2"]);
    expect(ids(await watches.list({ connectionId: "connection-1" }))).toHaveLength(4);
    expect(await watches.list({ connectionId: "unknown" })).toEqual([]);
    await watches.close(["ch-2"]);
    expect(ids(await watches.list({ state: "opening", calendarId: "calendar-1" }))).toEqual(["ch-1"]);
    expect(await watches.find("ch-1")).toMatchObject({ state: "opening", resource: "res-1", notifiedAt: 15 });
  },
};

const isolated: StoreCase = {
  title: "channels with the same id in two organizations do not touch each other",
  async run(world) {
    for (const id of ["org-a", "org-b"]) await (await world.populate(id)).watches.add(channel("ch-1", { tokenDigest: id }));
    await world.org("org-a").watches.close(["ch-1"]);
    await world.org("org-a").watches.confirm("ch-1", { resource: "res-a", expiresAt: 1 });
    await world.org("org-a").watches.noteNotified("ch-1", 7, "res-a");
    await world.turn();
    const untouched = { tokenDigest: "org-b", state: "opening", resource: null, notifiedAt: null, expiresAt: 100 };
    expect(await world.org("org-b").watches.find("ch-1")).toMatchObject(untouched);
    await world.org("org-a").watches.remove("ch-1");
    expect(await world.org("org-b").watches.list()).toHaveLength(1);
  },
};

/** Watch channels. */
export const watchCases: readonly StoreCase[] = [life, lists, isolated];
