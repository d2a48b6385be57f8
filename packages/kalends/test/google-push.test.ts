import { expect, test } from "vitest";
import type { Clock, Store } from "@kalends/model";
import { googleProvider } from "@kalends/provider-google";
import type { GoogleSandbox } from "@kalends/sandbox";
import { createServer, type KalendsServer } from "@kalends/server";
import { openSqliteStore } from "@kalends/store-sqlite";
import { fakeClock, seededRandom, type FakeClock } from "@kalends/testing";
import { createTransport } from "@kalends/transport";
import { createKalends, Secret, systemClock, systemRandom, type Kalends } from "kalends";
import { testKey } from "./open-kalends.ts";
import { startCheckedGoogle } from "./checked-google.ts";

const ada = "ada@example.test";
const baseUrl = "https://app.example/calendars";
const scope = "https://www.googleapis.com/auth/calendar";
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
const every = 2 * hour;
const seeds = [Number(process.env["KALENDS_SEED"] ?? "1")];

interface World {
  kalends: Kalends;
  store: Store;
  sandbox: GoogleSandbox;
  clock: FakeClock;
  /** The requests that Google made at the address for notifications, and how each was answered. */
  came: { headers: Record<string, string>; address: string; status: number }[];
  /** Sends a notification to the mounted handlers. */
  post(address: string, headers: Record<string, string>): Promise<number>;
  connectionId: string;
  calendarId: string;
  close(): Promise<void>;
}

/** One account at the sandbox by the real adapter over real sockets, the handlers behind the address for notifications, and one clock for all. */
async function openWorld(): Promise<World> {
  const clock = fakeClock("2026-03-01T08:00:00Z");
  const came: World["came"] = [];
  let server: KalendsServer | null = null;
  const post = async (address: string, headers: Record<string, string>): Promise<number> => {
    const response = await server?.handle(new Request(address, { method: "POST", headers }));
    return response?.status ?? 0;
  };
  const sandbox = await startCheckedGoogle({
    clock,
    users: [{ email: ada, timeZone: "Europe/Berlin" }],
    quota: { perUser: 1e6, perProject: 1e6 },
    send: async ({ address, headers }) => {
      const status = await post(address, headers);
      came.push({ headers, address, status });
      return status;
    },
  });
  const transport = createTransport({ clock: systemClock, allowHosts: [sandbox.allowHost] });
  // Who sleeps inside a run moves the clock, so that nobody has to do it from outside.
  const sleeping: Clock = { now: clock.now, setTimer: clock.setTimer, sleep: (ms) => clock.advance(ms) };
  const { rootUrl, tokenUrl, revocationUrl, authorizationUrl, issuer } = sandbox.endpoints;
  const google = googleProvider({
    ...{ transport, clock, random: systemRandom, apiRoot: rootUrl, oauth: { clientId: "sandbox-client", clientSecret: "sandbox-secret" } },
    addresses: { token: tokenUrl, revocation: revocationUrl, authorization: authorizationUrl, issuer },
  });
  const store = await openSqliteStore({ path: ":memory:", clock });
  const settings = { pollEveryMs: every, pollQuietEveryMs: every, pollPushedEveryMs: every, listEveryMs: 12 * hour };
  const kalends = await createKalends({ database: store, key: testKey, clock: sleeping, providers: [google], settings, notifyAt: `${baseUrl}/notifications` });
  server = createServer({ engine: kalends, baseUrl, whoIsIt: () => null });
  const account = await kalends.createAccount({ timeZone: "Europe/Berlin" });
  const { accessToken, refreshToken } = sandbox.user(ada).grant([scope]);
  const credential = { kind: "oauth", accessToken: new Secret(accessToken), refreshToken: new Secret(refreshToken), expiresAt: null, scopes: [scope] } as const;
  const { connection } = await kalends.connect({ accountId: account.id, provider: "google", address: ada, credential: { ...credential, scopes: [scope] } });
  await kalends.scheduler.drain();
  const [calendar] = await kalends.listCalendars();
  return {
    ...{ kalends, store, sandbox, clock, came, post, connectionId: connection.id, calendarId: calendar?.id ?? "" },
    close: async () => {
      await kalends.close();
      await transport.close();
      await sandbox.close();
    },
  };
}

/** Somebody who saw one notification, and changes what cannot be seen; or sends it to another organization or provider. */
async function forge(w: World, random: () => number): Promise<number> {
  const seen = w.came.at(-1);
  if (seen === undefined) return 0;
  const guess = Buffer.from(Array.from({ length: 32 }, () => Math.floor(random() * 256))).toString("base64url");
  const forgeries: [string, Record<string, string>][] = [
    [seen.address, { ...seen.headers, "x-goog-channel-token": guess }],
    [seen.address, { ...seen.headers, "x-goog-channel-token": "" }],
    [seen.address, { ...seen.headers, "x-goog-channel-id": guess }],
    [seen.address, { ...seen.headers, "x-goog-resource-id": "another" }],
    [`${baseUrl}/notifications/google/${Buffer.from("somebody-else").toString("base64url")}`, seen.headers],
    [`${baseUrl}/notifications/caldav/${seen.address.split("/").at(-1)}`, seen.headers],
  ];
  for (const [address, headers] of forgeries) expect(await w.post(address, headers)).toBe(404);
  return forgeries.length;
}

/** What becomes of the notifications of one change. */
function spoil(w: World, random: () => number): "lost" | "late" | "twice" | "whole" {
  const chance = random();
  w.sandbox.notifications.clear();
  if (chance < 0.35) return "whole";
  const what = chance < 0.55 ? "late" : chance < 0.7 ? "twice" : "lost";
  const fault = what === "lost" ? { lose: true } : what === "twice" ? { copies: 3 } : { delayMs: Math.ceil(random() * 3 * day) };
  w.sandbox.notifications.next({ ...fault, times: Infinity });
  return what;
}

async function untilToldAndDone(w: World): Promise<void> {
  await w.sandbox.notifications.settled();
  await w.kalends.scheduler.drain();
  await w.sandbox.notifications.settled();
  await w.kalends.scheduler.drain();
}

test.each(seeds)("seed %i: sixty days at Google, with lost, late, repeated and forged notifications: no change is older than the poll interval, no channel is left", async (seed) => {
  const w = await openWorld();
  const { clock, sandbox, store } = w;
  const { reader, watches } = store.organization("default");
  const source = seededRandom(seed);
  const random = (): number => source.uniform();
  const calendar = sandbox.user(ada).calendar();
  const unread = new Map<string, { uid: string; at: number }>();
  const seen = { changes: 0, whole: 0, lost: 0, late: 0, twice: 0, forged: 0, oldest: 0, sum: 0, mostChannels: 0, channels: new Set<string>() };
  try {
    const end = clock.now() + 60 * day;
    let change = clock.now() + hour;
    while (clock.now() < end) {
      // Late notifications come on the way, at their own time.
      const due = Math.min(change, (await store.jobSource.nextDue()) ?? end, clock.now() + hour, end);
      await clock.advance(Math.max(0, due - clock.now()));
      if (change <= clock.now()) {
        seen[spoil(w, random)] += 1;
        const start = new Date(clock.now() + day);
        const time = (later: number): { dateTime: string } => ({ dateTime: new Date(start.getTime() + later).toISOString() });
        const event = calendar.insert({ summary: `Change ${(seen.changes += 1)}`, start: time(0), end: time(hour) });
        unread.set(event.id, { uid: event.iCalUID ?? "", at: clock.now() });
        change = clock.now() + Math.ceil(random() * 8 * hour);
        seen.forged += await forge(w, random);
        // Google's answer to the next opening or stopping gets lost, or it fails.
        if (random() < 0.1) sandbox.faults.next({ path: /watch$|channels\/stop$/, ...(random() < 0.5 ? { cutAfterBytes: 0 } : { status: 503, body: "" }) });
      }
      await untilToldAndDone(w);
      for (const { id } of sandbox.channels()) seen.channels.add(id);
      seen.mostChannels = Math.max(seen.mostChannels, sandbox.channels().length);
      for (const [id, { uid, at }] of unread) {
        const age = clock.now() - at;
        if ((await reader.findObject(w.calendarId, id, uid)) === null) seen.oldest = Math.max(seen.oldest, age);
        else {
          seen.sum += age;
          unread.delete(id);
        }
      }
    }
    // Nothing is open at Google that is not written down here.
    const known = new Set((await watches.list()).map(({ id }) => id));
    expect(sandbox.channels().filter(({ id }) => !known.has(id))).toEqual([]);
    const told = JSON.stringify({ ...seen, channels: seen.channels.size });
    // The interval is spread by a fifth.
    expect(seen.oldest, told).toBeLessThanOrEqual(every * 1.2);
    expect(seen.oldest, told).toBeGreaterThan(0);
    expect(Math.min(seen.lost, seen.late, seen.twice, seen.whole, seen.forged), told).toBeGreaterThan(20);
    expect(seen.channels.size, told).toBeGreaterThan(16);
    expect(seen.mostChannels, told).toBeLessThanOrEqual(8);

    sandbox.faults.clear();
    sandbox.faults.next({ path: /channels\/stop$/, cutAfterBytes: 0 });
    sandbox.faults.next({ path: /channels\/stop$/, status: 503, body: "" });
    await w.kalends.disconnect(w.connectionId, { disposition: "keep" });
    for (let passed = 0; passed < 10; passed += 1) {
      await clock.advance(minute);
      await untilToldAndDone(w);
    }
    expect(sandbox.channels()).toEqual([]);
    expect(sandbox.user(ada).granted("sandbox-client")).toEqual([]);
    console.info(`60 days at Google: ${told}, mean age ${(seen.sum / Math.max(1, seen.changes) / minute).toFixed(1)} min, ${sandbox.requests.length} requests, no channel left`);
  } finally {
    await w.close();
  }
}, 600_000);
