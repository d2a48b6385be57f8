import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { KalendsError, Secret, type HttpRequest, type ProviderAccess, type Transport } from "@kalends/model";
import { fakeClock, seededRandom } from "@kalends/testing";
import { createTransport } from "@kalends/transport";
import { describe, expect, test } from "vitest";
import { AccountDesk, type AccountState } from "../src/account-desk.ts";
import { openDavLine, type DavLine } from "../src/dav-line.ts";
import { fetchItems } from "../src/fetch-items.ts";
import { caldavProvider } from "../src/index.ts";
import { answerMultiget, multistatus, resource, scriptedTransport, type Script } from "./scripted-transport.ts";
import { systemClock } from "./system-clock.ts";

const access: ProviderAccess = { endpoint: { homes: "https://cal.example/h/" }, credential: { kind: "password", username: "alice", password: new Secret("pw") } };
const home = multistatus(resource("/h/", "<d:resourcetype><d:collection/></d:resourcetype>"));

function open(transport: Transport, more: Partial<ProviderAccess> = {}) {
  const clock = fakeClock("2026-03-01T00:00:00Z");
  const account: AccountState = new AccountDesk(clock, 100).of(access, null, "");
  const line: DavLine = openDavLine({ transport, clock, random: seededRandom(1), account, timeoutMs: 5_000 }, { ...access, ...more });
  return { clock, account, line };
}

const ask = (line: DavLine) => line.send({ method: "PROPFIND", url: "https://cal.example/h/", depth: "0" });

describe("every request", () => {
  test("has a deadline, a limit of bytes, and the caller's signal, in each of the adapter's calls", async () => {
    const script: Script = ({ text }) => (text.includes("multiget") ? answerMultiget(text) : home);
    const { transport, requests } = scriptedTransport(script);
    const provider = caldavProvider({ transport, clock: fakeClock(), random: seededRandom(1), timeoutMs: 7_000 });
    const { signal } = new AbortController();
    const calls: (() => Promise<unknown> | undefined)[] = [
      () => provider.connect?.({ address: "https://cal.example/h/", credential: access.credential, signal }),
      () => provider.listCalendars({ ...access, signal }),
      () => provider.pullPage({ ...access, signal }, { calendar: { remoteKey: "/h/c/", hints: {} }, cursor: null, pageToken: null, window: { from: 0, to: 1 }, revisionsOf: async () => new Map(), memo: new Map() }),
      () => provider.deleteObject?.({ ...access, signal }, { calendar: { remoteKey: "/h/c/", hints: {} }, target: { remoteKey: "/h/c/a", revision: null }, notify: false }),
    ];
    for (const call of calls) {
      const before = requests.length;
      await call()?.catch((thrown: unknown) => expect(thrown).toBeInstanceOf(KalendsError));
      expect(requests.length).toBeGreaterThan(before);
    }
    expect(requests.map((request: HttpRequest) => [request.timeoutMs, request.maxBytes !== undefined, request.signal === signal])).toEqual(requests.map(() => [7_000, true, true]));
  });

  test("that runs out of time lets fewer in at once; 429 and 503 make a pause", async () => {
    const late: Transport = { send: () => Promise.reject(new KalendsError("network-timeout", "late")), close: async () => undefined };
    const { account, line } = open(late);
    expect(account.queue.limit).toBe(2);
    await expect(ask(line)).rejects.toMatchObject({ code: "network-timeout" });
    expect([account.queue.limit, account.queue.idle]).toEqual([1, true]);
    for (const status of [429, 503]) {
      const slow = open(scriptedTransport(() => ({ status, headers: { "retry-after": "7" } })).transport);
      await (await ask(slow.line)).discard();
      expect(slow.account.queue.pauseMs).toBe(7_000);
    }
  });

  test("whose answer nobody reads gives its turn back after a while", async () => {
    const { clock, account, line } = open(scriptedTransport(() => home).transport);
    await ask(line);
    await ask(line);
    expect(account.queue.idle).toBe(false);
    const third = ask(line);
    await clock.advance(10_000);
    await (await third).discard();
    expect(account.queue.idle).toBe(true);
  });

  test("that leads to another site is made there under the login where it may go, and nowhere else", async () => {
    const { transport, requests } = scriptedTransport(({ url }) => (url.startsWith("https://cal.example/") ? { status: 401, url: url.replace("cal.example", "p1.cal.example") } : { status: 200 }));
    const response = await open(transport).line.send({ method: "GET", url: "https://cal.example/h/c/a" });
    expect([response.status, requests.at(-1)?.url, requests.at(-1)?.authorization !== undefined]).toEqual([200, "https://p1.cal.example/h/c/a", true]);
    const foreign = scriptedTransport(() => ({ status: 401, url: "https://thief.example/" }));
    await expect(open(foreign.transport).line.send({ method: "GET", url: "https://cal.example/h/c/a" })).rejects.toMatchObject({ code: "redirect-refused" });
  });
});

test("quirk 6: a multiget that takes long is made smaller the next time", async () => {
  const { transport } = scriptedTransport(({ text }) => answerMultiget(text));
  const { clock, account, line } = open(transport);
  const slow: DavLine = { ...line, ask: async (...asked) => (clock.set(clock.now() + 30_000), await line.ask(...asked)) };
  const items = Array.from({ length: 40 }, (_, index) => ({ key: `/h/c/${index}`, wire: `/h/c/${index}`, revision: '"1"' }));
  await fetchItems(slow, "https://cal.example/h/c/", items, { ownAddresses: [], take: () => {} });
  expect(account.batch.size).toBe(20);
  await fetchItems(line, "https://cal.example/h/c/", items, { ownAddresses: [], take: () => {} });
  expect(account.batch.size).toBe(30);
});

test("quirk 26: challenges on several lines of a real answer are read like those on one", async () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push((request.headers.authorization ?? "none").split(" ")[0] ?? "");
    if (request.headers.authorization?.startsWith("Digest ") === true) response.writeHead(207, { "content-type": "application/xml" }).end(home.body);
    else response.writeHead(401, [["WWW-Authenticate", 'X-MobileMe-AuthToken realm="x"'], ["WWW-Authenticate", "Negotiate"], ["WWW-Authenticate", 'Digest realm="r", nonce="n", qop="auth"']].flat()).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const transport = createTransport({ clock: systemClock, allowHosts: [host] });
  try {
    const provider = caldavProvider({ transport, clock: systemClock, random: seededRandom(1) });
    expect(await provider.listCalendars({ ...access, endpoint: { homes: `http://${host}/h/` } })).toEqual([]);
    expect(seen).toEqual(["none", "Digest"]);
  } finally {
    await transport.close();
    server.closeAllConnections();
    server.close();
  }
});
