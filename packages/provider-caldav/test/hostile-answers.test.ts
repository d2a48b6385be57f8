import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { KalendsError, Secret, type CalendarObject, type CalendarProvider, type ProviderAccess, type RemoteCalendar } from "@kalends/model";
import { startCaldavSandbox, type SandboxCalendar } from "@kalends/sandbox";
import { eventText, faults, hastyClock, ProviderMirror, requestKinds, seededRandom, startFaultProxy, type Fault, type FaultProxy } from "@kalends/testing";
import { createTransport } from "@kalends/transport";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { caldavProvider } from "../src/index.ts";
import { hostileBodies, hostileFault } from "./hostile-bodies.ts";
import { systemClock } from "./system-clock.ts";
import { systemRandom } from "./system-random.ts";

const year = { from: Date.parse("2026-01-01T00:00:00Z"), to: Date.parse("2026-12-31T00:00:00Z") };
const uids = Array.from({ length: 12 }, (_, index) => `item-${String(index).padStart(2, "0")}`);
const credential = { kind: "password" as const, username: "alice", password: new Secret("pw") };

let sandbox: Awaited<ReturnType<typeof startCaldavSandbox>>;
let proxy: FaultProxy;
let calendar: SandboxCalendar;

beforeAll(async () => {
  sandbox = await startCaldavSandbox({ clock: systemClock, users: [{ name: "alice", password: "pw" }] });
  proxy = await startFaultProxy({ target: sandbox.url, random: seededRandom(7) });
  calendar = sandbox.user("alice").calendar("work");
});

afterAll(async () => {
  await proxy.close();
  await sandbox.close();
});

let version = 0;
beforeEach(() => {
  proxy.clear();
  proxy.log.length = 0;
  version += 1;
  for (const name of calendar.names()) if (!uids.includes(name.replace(/\.ics$/, ""))) calendar.remove(name.replace(/\.ics$/, ""));
  for (const uid of uids) calendar.put(uid, eventText(uid, `Title ${version}`), { fileName: `${uid}.ics` });
});

interface Client {
  provider: CalendarProvider;
  access: ProviderAccess;
  found: RemoteCalendar;
  mirror: ProviderMirror;
  close(): Promise<void>;
}

function adapter(): Pick<Client, "provider" | "close"> {
  const transport = createTransport({ clock: systemClock, allowHosts: [proxy.host], idleMs: 3_000 });
  const provider = caldavProvider({ transport, clock: hastyClock(systemClock, 200), random: systemRandom, batchSize: 5, timeoutMs: 20_000 });
  return { provider, close: () => transport.close() };
}

/** Found once, before anything is hostile. */
let login: Pick<Client, "access" | "found">;

beforeAll(async () => {
  const { provider, close } = adapter();
  const connected = await provider.connect?.({ address: proxy.url, credential });
  const found = connected?.calendars[0];
  if (connected === undefined || found === undefined) throw new Error("no calendar");
  login = { access: { endpoint: connected.endpoint, credential }, found };
  await close();
});

/** An adapter of its own for each case, so that a pause of one is none of the next. */
function client(): Client {
  const made = adapter();
  return { ...made, ...login, mirror: new ProviderMirror(made.provider, login.access, login.found, year) };
}

/** `null`: all went well. What is thrown must be an error of ours, and never one of the kind "this cannot be". */
async function typed(run: Promise<unknown>): Promise<string | null> {
  try {
    await run;
    return null;
  } catch (thrown) {
    if (!(thrown instanceof KalendsError) || thrown.code === "internal") throw thrown;
    expect(thrown.message.length).toBeLessThan(1_000);
    return thrown.code;
  }
}

/** What is there is what was there, in the old words or the new ones. */
function expectAllKept(mirror: ProviderMirror, titles: readonly string[]): void {
  const kept = new Set([...mirror.uids, ...mirror.quarantined.map(({ remoteKey }) => remoteKey.split("/").at(-1)?.replace(/\.ics$/, ""))]);
  expect(uids.filter((uid) => !kept.has(uid))).toEqual([]);
  for (const uid of mirror.uids.filter((each) => uids.includes(each))) expect(titles).toContain(mirror.titleOf(uid));
}

const places: readonly [string, (request: Parameters<Fault["concerns"]>[0]) => boolean][] = [
  ["a list of members", requestKinds.listing],
  ["marks of the calendar", requestKinds.marks],
  ["a multiget", requestKinds.multiget],
];

describe.each(places)("a hostile answer in the place of %s", (_, concerns) => {
  test.each(hostileBodies)("$name", async (hostile) => {
    const { mirror, close } = client();
    try {
      await mirror.pull();
      const old = `Title ${version}`;
      calendar.put("item-03", eventText("item-03", "News"), { fileName: "item-03.ics" });
      const before = process.memoryUsage().rss;
      proxy.use(hostileFault(hostile, concerns));
      const outcomes: (string | null)[] = [];
      for (const thorough of [false, true]) {
        outcomes.push(await typed(mirror.pull({ thorough })));
        if (hostile.names === undefined) expectAllKept(mirror, [old, "News"]);
      }
      mirror.cursor = null;
      outcomes.push(await typed(mirror.pull()));
      if (hostile.names === undefined) expectAllKept(mirror, [old, "News"]);
      // What has no such name is set aside for all to see, and nothing outside of the calendar is asked for.
      else if (concerns === requestKinds.listing) expect([mirror.uids, mirror.quarantined.length]).toEqual([[], uids.length]);
      expect(proxy.log.map(({ path }) => path).filter((path) => !/^\/(?:$|\.well-known\/|dav\/(?:principals|calendars)\/alice\/)/.test(path) || /%2e%2e|\.\./i.test(path))).toEqual([]);
      expect((process.memoryUsage().rss - before) / 1_048_576).toBeLessThan(400);
      if (hostile.harmless === true) {
        expect(outcomes).toEqual([null, null, null]);
        expect([mirror.titleOf("item-03"), mirror.quarantined]).toEqual(["News", []]);
      }
      // What a passing fault left behind is mended by the next honest listing.
      proxy.clear();
      const { mirror: fresh, close: end } = client();
      await fresh.pull();
      await end();
      expect(fresh.uids).toEqual(uids);
    } finally {
      proxy.clear();
      await close();
    }
  }, 60_000);
});

describe("a hostile answer while an item is written", () => {
  test.each(hostileBodies)("$name", async (hostile) => {
    const { provider, access, found, mirror, close } = client();
    try {
      await mirror.pull();
      for (const concerns of [requestKinds.multiget, requestKinds.write, requestKinds.get]) {
        const target = mirror.itemOf("item-05");
        const object = (current: CalendarObject | null): CalendarObject => ({ ...(current as CalendarObject), events: (current as CalendarObject).events.map((event) => ({ ...event, content: { ...event.content, title: "Ours" } })) });
        // GET is asked only where multiget hands nothing out.
        proxy.use(hostileFault(hostile, concerns), ...(concerns === requestKinds.get ? [faults.omitFromMultiget(1)] : []));
        await typed((async () => provider.putObject?.(access, { calendar: found, target, object, notify: false }))());
        await typed((async () => provider.deleteObject?.(access, { calendar: found, target: { remoteKey: target?.remoteKey ?? "", revision: '"another"' }, notify: false }))());
        proxy.clear();
        expect(calendar.names().filter((name) => uids.includes(name.replace(/\.ics$/, "")))).toHaveLength(uids.length);
        expect(calendar.read("item-05")).toMatch(new RegExp(`SUMMARY:(?:Ours|Title ${version})`));
        mirror.cursor = null;
        await typed(mirror.pull());
      }
    } finally {
      proxy.clear();
      await close();
    }
  }, 60_000);
});

describe("a hostile stream", () => {
  const list = `<?xml version="1.0"?><D:multistatus xmlns:D="DAV:"><D:response><D:href>/</D:href><D:status>HTTP/1.1 200 OK</D:status></D:response><D:sync-token>t</D:sync-token></D:multistatus>`;
  const head = "HTTP/1.1 207 Multi-Status\r\ncontent-type: application/xml\r\n";
  const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
  const streams: [string, string][] = [
    ["chunks that stop before the last byte", `${head}transfer-encoding: chunked\r\n\r\n${chunk(list)}0\r\n\r`],
    ["chunks without the last one", `${head}transfer-encoding: chunked\r\n\r\n${chunk(list)}`],
    ["a chunk of a length below zero", `${head}transfer-encoding: chunked\r\n\r\n-1\r\n${list}\r\n0\r\n\r\n`],
    ["a chunk of an endless length", `${head}transfer-encoding: chunked\r\n\r\n${"f".repeat(40)}\r\n${list}\r\n0\r\n\r\n`],
    ["a length that is one too long", `${head}content-length: ${list.length + 1}\r\n\r\n${list}`],
    ["two lengths", `${head}content-length: ${list.length}\r\ncontent-length: 5\r\n\r\n${list}`],
    ["a length and chunks", `${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n${chunk(list)}0\r\n\r\n`],
    ["headers without end", `${head}${`x-odd: ${"y".repeat(1000)}\r\n`.repeat(2000)}\r\n${list}`],
    ["no headers at all", list],
    ["interim answers without end", `${"HTTP/1.1 102 Processing\r\n\r\n".repeat(5000)}${head}content-length: ${list.length}\r\n\r\n${list}`],
    ["another protocol", "HTTP/1.1 101 Switching Protocols\r\nupgrade: odd\r\nconnection: upgrade\r\n\r\n"],
    ["a status of four digits", `HTTP/1.1 2070 Multi\r\ncontent-length: ${list.length}\r\n\r\n${list}`],
  ];

  test.each(streams)("%s is an error that says so", async (_, bytes) => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => void socket.end(bytes));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const transport = createTransport({ clock: systemClock, allowHosts: [host], idleMs: 3_000 });
    const provider = caldavProvider({ transport, clock: hastyClock(systemClock, 200), random: systemRandom, timeoutMs: 10_000 });
    const access = { endpoint: { homes: `http://${host}/` }, credential };
    const memo = new Map<string, unknown>();
    const request = { calendar: { remoteKey: "/", hints: {} }, pageToken: null, window: year, revisionsOf: async () => new Map([["/a.ics", '"1"']]), memo };
    try {
      for (const cursor of ["sync@,:t", null]) expect(await typed(provider.pullPage(access, { ...request, cursor, memo: new Map() }))).toMatch(/^[a-z-]+$/);
    } finally {
      await transport.close();
      server.close();
    }
  }, 60_000);
});
