import { describe, expect, test } from "vitest";
import { readNotificationPath, type EngineSettings, type NotificationVerdict } from "@kalends/core";
import { KalendsError, Secret, type WatchChannel } from "@kalends/model";
import { fakeClock, memoryHeaders, memoryProvider, seededRandom, type MemoryNotification } from "@kalends/testing";
import { openTestEngine, type TestEngine } from "./open-test-engine.ts";
import { sampleObject } from "./sample-object.ts";

const notifyAt = "https://app.example/notifications";
const redirectUri = "https://app.example/callback";
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

interface World extends TestEngine {
  connectionId: string;
  calendarId: string;
  deliver(message: MemoryNotification): Promise<NotificationVerdict>;
  channels(): Promise<WatchChannel[]>;
  drain(): Promise<void>;
}

/** A login that came by consent, one calendar, and everything that is due done. */
async function openWorld(settings: Partial<EngineSettings> = {}): Promise<World> {
  const provider = memoryProvider({ now: () => clock.now() });
  let clock = fakeClock();
  provider.calendar("/work/").put("/a.ics", sampleObject("a"));
  const t = await openTestEngine({ provider, settings, notifyAt });
  clock = t.clock;
  const account = await t.organization.createAccount({});
  const begun = await t.organization.beginConnect({ accountId: account.id, provider: "memory", redirectUri, scopes: ["read"] });
  const back = provider.consent.allow(begun.url).searchParams;
  const answer = { state: back.get("state") ?? "", code: new Secret(back.get("code") ?? ""), issuer: back.get("iss") ?? "" };
  const completed = await t.organization.completeConnect({ answer, binding: begun.binding, provider: "memory", redirectUri });
  if (!completed.ok) throw completed.error;
  const [calendar] = await t.organization.listCalendars();
  await t.engine.scheduler.drain();
  return {
    ...t,
    connectionId: completed.result.connection.id,
    calendarId: calendar?.id ?? "",
    deliver: async ({ address, notification }) => {
      const path = readNotificationPath(address.slice(notifyAt.length));
      if (path === null) throw new Error(`not an address of ours: ${address}`);
      return t.engine.receiveNotification(path, notification);
    },
    channels: () => t.store.organization("org").watches.list(),
    drain: async () => void (await t.engine.scheduler.drain()),
  };
}

/** The provider holds nothing that is not written down. */
async function expectNoneUnknown(w: World): Promise<void> {
  const known = new Set((await w.channels()).map(({ id }) => id));
  expect(w.provider.watches.open.filter(({ channelId }) => !known.has(channelId))).toEqual([]);
}

const lost = (at: "before" | "after"): { at: "before" | "after"; error: KalendsError } => ({ at, error: new KalendsError("network-timeout", "no answer") });

describe("watch channels", () => {
  test("a connected calendar and its list are watched; only a digest of each token is kept", async () => {
    const w = await openWorld();
    expect(w.provider.watches.open.map(({ calendar }) => calendar).sort()).toEqual(["/work/", null]);
    const channels = await w.channels();
    expect(channels.map(({ state, calendarId }) => [state, calendarId]).sort()).toEqual([["open", null], ["open", w.calendarId]].sort());
    for (const held of w.provider.watches.open) {
      expect(Buffer.from(held.token, "base64url")).toHaveLength(32);
      expect(held.address).toBe(`${notifyAt}/memory/b3Jn`);
      expect(JSON.stringify(channels)).not.toContain(held.token);
    }
    await w.store.close();
  });

  test("without an address for notifications nothing is watched", async () => {
    const t = await openTestEngine();
    t.provider.calendar("/work/");
    await t.connect();
    await t.engine.scheduler.drain();
    expect(t.provider.watches.opened).toBe(0);
    await t.store.close();
  });

  test("a notification brings a change at once; the status tells that the provider pushes", async () => {
    const w = await openWorld();
    await w.clock.advance(minute);
    w.provider.calendar("/work/").put("/b.ics", sampleObject("b"));
    for (const message of w.provider.watches.notify("/work/")) expect(await w.deliver(message)).toEqual({ kind: "accepted", woken: 1 });
    await w.drain();
    const [status] = (await w.organization.status())[0]?.calendars ?? [];
    expect(status).toMatchObject({ objects: 2, freshnessMs: 0, polling: "pushed", push: { lastNotified: new Date(w.clock.now()).toISOString() } });
    await w.store.close();
  });

  test("a burst while a sync runs becomes that sync and one more", async () => {
    const w = await openWorld();
    await w.clock.advance(minute);
    const [message] = w.provider.watches.notify("/work/");
    if (message === undefined) throw new Error("no channel");
    let during: Promise<unknown> = Promise.resolve();
    w.provider.faults.push(() => {
      during = Promise.all(Array.from({ length: 500 }, () => w.deliver(message)));
      return null;
    });
    w.provider.pulls.length = 0;
    await Promise.all(Array.from({ length: 500 }, () => w.deliver(message)));
    await w.drain();
    await during;
    await w.drain();
    expect(w.provider.pulls).toHaveLength(2);
    await w.store.close();
  });

  test("before its end a channel is replaced: the new one is there before the old one goes", async () => {
    const w = await openWorld();
    const before = w.provider.watches.open.map(({ channelId }) => channelId);
    const counts: number[] = [];
    const unwatch = w.provider.unwatch?.bind(w.provider);
    w.provider.unwatch = async (access, request) => {
      const { open } = w.provider.watches;
      const stopped = open.find(({ channelId }) => channelId === request.channelId);
      counts.push(open.filter(({ calendar }) => calendar === stopped?.calendar).length);
      await unwatch?.(access, request);
    };
    for (let passed = 0; passed < 7 * 24; passed += 6) {
      await w.clock.advance(6 * hour);
      await w.drain();
      expect(w.provider.watches.open.map(({ calendar }) => calendar).sort()).toEqual(["/work/", null]);
    }
    expect(counts).toEqual([2, 2]);
    expect(w.provider.watches.open.some(({ channelId }) => before.includes(channelId))).toBe(false);
    await w.store.close();
  });

  test("one whose answer was lost is found again and stopped", async () => {
    const w = await openWorld();
    w.provider.watches.faults.push(lost("after"), lost("after"));
    for (const { id } of await w.channels()) await w.store.organization("org").watches.remove(id);
    // Those of before are the test's own doing; the provider forgets them.
    for (const { channelId, resource } of w.provider.watches.open) await w.provider.watches.unwatch({ channelId, resource }).catch(() => undefined);
    await w.store.organization("org").jobs.cancel("watch-calendar", w.calendarId);
    for (let passed = 0; passed < 12; passed += 1) {
      await w.clock.advance(10 * minute);
      await w.drain();
    }
    expect(w.provider.watches.open.filter(({ calendar }) => calendar === "/work/")).toHaveLength(1);
    expect((await w.channels()).filter(({ calendarId }) => calendarId === w.calendarId).map(({ state }) => state)).toEqual(["open"]);
    await w.store.close();
  });

  test("a calendar that goes, or that nobody may read any more, is watched no more", async () => {
    const w = await openWorld();
    w.provider.calendar("/home/");
    await w.organization.refreshCalendars(w.connectionId);
    await w.clock.advance(hour);
    await w.drain();
    expect(w.provider.watches.open).toHaveLength(3);
    w.provider.deleteCalendar("/home/");
    for (let passed = 0; passed < 3; passed += 1) {
      await w.clock.advance(hour);
      await w.drain();
    }
    expect(w.provider.watches.open).toHaveLength(2);
    const [authorization] = await w.organization.applications.listAuthorizations({});
    await w.organization.applications.changeAuthorization(authorization?.id ?? "", { excludedCalendarIds: [w.calendarId] });
    for (let passed = 0; passed < 24 * 7; passed += 6) {
      await w.clock.advance(6 * hour);
      await w.drain();
    }
    expect(w.provider.watches.open.map(({ calendar }) => calendar)).toEqual([null]);
    await expectNoneUnknown(w);
    await w.store.close();
  });

  test("a calendar that cannot be watched is polled, and asked about again after a while", async () => {
    const w = await openWorld();
    for (const { id } of await w.channels()) await w.store.organization("org").watches.remove(id);
    await w.store.organization("org").jobs.cancel("watch-list", w.connectionId);
    await w.store.organization("org").jobs.enqueue({ kind: "watch-list", subject: w.connectionId, runAt: w.clock.now() + 30 * day });
    w.provider.watches.faults.push({ at: "before", error: new KalendsError("permission-denied", "not this one") });
    const opened = w.provider.watches.opened;
    await w.store.organization("org").jobs.cancel("watch-calendar", w.calendarId);
    for (let passed = 0; passed < 24; passed += 1) {
      await w.clock.advance(hour);
      await w.drain();
    }
    expect(w.provider.watches.opened - opened).toBe(1);
    expect((await w.channels()).filter(({ calendarId }) => calendarId === w.calendarId)).toEqual([]);
    await w.store.close();
  });
});

describe("the end of a connection", () => {
  test("stops its channels, takes the grant back, and only then drops the credential", async () => {
    const w = await openWorld();
    const report = await w.organization.disconnect(w.connectionId, { disposition: "keep" });
    expect(report.provider).toBe("told");
    expect(w.provider.watches.open).toEqual([]);
    expect(w.provider.consent.revoked.size).toBe(1);
    expect(await w.channels()).toEqual([]);
    await w.store.close();
  });

  test.each(["before", "after"] as const)("is told again until the provider confirms it, when its answers get lost %s it did it", async (at) => {
    const w = await openWorld();
    const messages = w.provider.watches.notify("/work/");
    w.provider.watches.faults.push(lost(at), lost(at), lost(at));
    const report = await w.organization.disconnect(w.connectionId, { disposition: "keep" });
    expect(report.provider).toBe("not-now");
    // Nothing of theirs is taken in any more, and nobody may use the login meanwhile.
    expect(await w.deliver(messages[0] as MemoryNotification)).toMatchObject({ kind: "refused" });
    expect(await w.store.organization("org").credentials.get(w.connectionId)).not.toBeNull();
    expect(w.provider.consent.revoked.size).toBe(0);
    for (let passed = 0; passed < 10; passed += 1) {
      await w.clock.advance(minute);
      await w.drain();
    }
    expect(w.provider.watches.open).toEqual([]);
    expect(w.provider.consent.revoked.size).toBe(1);
    expect(await w.store.organization("org").credentials.get(w.connectionId)).toBeNull();
    expect(await w.channels()).toEqual([]);
    await w.store.close();
  });

  test("purging asks a few times at once, and says where it was not heard", async () => {
    const w = await openWorld();
    w.provider.watches.faults.push(lost("before"));
    expect((await w.organization.disconnect(w.connectionId, { disposition: "purge" })).provider).toBe("told");
    expect(w.provider.watches.open).toEqual([]);
    const other = await openWorld();
    other.provider.watches.faults.push(...Array.from({ length: 20 }, () => lost("before")));
    expect((await other.organization.disconnect(other.connectionId, { disposition: "purge" })).provider).toBe("not-now");
    expect(await other.organization.listConnections()).toEqual([]);
    await w.store.close();
    await other.store.close();
  });

  test("where the grant was revoked before, the channels are left to end by themselves, and it says so", async () => {
    const w = await openWorld();
    const credential = { kind: "oauth", accessToken: new Secret("memory-access-2"), refreshToken: null, expiresAt: null, scopes: [] } as const;
    await w.provider.revokeGrant?.({ endpoint: {}, credential: { ...credential, scopes: [] } });
    const report = await w.organization.disconnect(w.connectionId, { disposition: "keep" });
    expect(report.provider).toBe("not-possible");
    expect(await w.store.organization("org").credentials.get(w.connectionId)).toBeNull();
    await w.clock.advance(8 * day);
    expect(w.provider.watches.open).toEqual([]);
    await w.store.close();
  });
});

const seeds = [Number(process.env["KALENDS_SEED"] ?? "1")];

/** What becomes of one notification. */
function fate(chance: number): "at once" | "late" | "twice" | "lost" {
  if (chance < 0.35) return "at once";
  if (chance < 0.55) return "late";
  return chance < 0.7 ? "twice" : "lost";
}

describe("sixty days with lost, late, repeated and forged notifications", () => {
  test.each(seeds)("seed %i: no change is older than the poll interval, and nothing is left behind", async (seed) => {
    const every = 2 * hour;
    const w = await openWorld({ pollEveryMs: every, pollQuietEveryMs: every, pollPushedEveryMs: every });
    const random = seededRandom(seed);
    const calendar = w.provider.calendar("/work/");
    const { reader } = w.store.organization("org");
    const waiting: { at: number; message: MemoryNotification }[] = [];
    const unread = new Map<string, number>();
    const seen = { changes: 0, notified: 0, lost: 0, late: 0, forged: 0, oldest: 0, mostChannels: 0 };
    const end = w.clock.now() + 60 * day;
    let change = w.clock.now() + hour;
    while (w.clock.now() < end) {
      const due = Math.min(change, (await w.store.jobSource.nextDue()) ?? end, ...waiting.map(({ at }) => at), end);
      await w.clock.advance(Math.max(0, due - w.clock.now()));
      const now = w.clock.now();
      if (change <= now) {
        const key = `/n${(seen.changes += 1)}.ics`;
        calendar.put(key, sampleObject(`n${seen.changes}`));
        unread.set(key, now);
        change = now + Math.ceil(random.uniform() * 8 * hour);
        for (const message of w.provider.watches.notify("/work/")) {
          const what = fate(random.uniform());
          seen.notified += 1;
          if (what === "lost") seen.lost += 1;
          if (what === "late") seen.late += 1;
          if (what !== "lost") waiting.push({ at: what === "late" ? now + Math.ceil(random.uniform() * 3 * day) : now, message });
          if (what === "twice") waiting.push({ at: now + Math.ceil(random.uniform() * hour), message });
        }
        // Somebody who knows an id and guesses the token.
        for (const message of w.provider.watches.notify("/work/")) {
          const headers = new Map(message.notification.headers).set(memoryHeaders.token, Buffer.from(random.bytes(32)).toString("base64url"));
          expect(await w.deliver({ ...message, notification: { ...message.notification, headers } })).toEqual({ kind: "refused", status: 404 });
          seen.forged += 1;
        }
        if (random.uniform() < 0.05) w.provider.watches.faults.push(lost(random.uniform() < 0.5 ? "before" : "after"));
      }
      for (const one of waiting.splice(0).flatMap((later) => (later.at <= now ? [later] : (waiting.push(later), [])))) await w.deliver(one.message);
      await w.drain();
      seen.mostChannels = Math.max(seen.mostChannels, w.provider.watches.open.length);
      for (const [key, at] of unread) {
        if ((await reader.findObject(w.calendarId, key, `${key.slice(1, -4)}`)) !== null) unread.delete(key);
        else seen.oldest = Math.max(seen.oldest, w.clock.now() - at);
      }
    }
    await expectNoneUnknown(w);
    // The interval is spread by a fifth.
    expect(seen.oldest, JSON.stringify(seen)).toBeLessThanOrEqual(every * 1.2);
    expect(seen.oldest).toBeGreaterThan(0);
    expect(Math.min(seen.lost, seen.late, seen.forged), JSON.stringify(seen)).toBeGreaterThan(20);
    expect(seen.mostChannels, JSON.stringify(seen)).toBeLessThanOrEqual(6);
    expect(w.provider.watches.opened).toBeGreaterThan(16);

    w.provider.watches.faults.splice(0);
    w.provider.watches.faults.push(lost("after"), lost("before"));
    await w.organization.disconnect(w.connectionId, { disposition: "keep" });
    for (let passed = 0; passed < 10; passed += 1) {
      await w.clock.advance(minute);
      await w.drain();
    }
    expect(w.provider.watches.open).toEqual([]);
    expect(await w.channels()).toEqual([]);
    await w.store.close();
  }, 300_000);
});
