import { afterEach, describe, expect, test } from "vitest";
import { faults, requestKinds, seededRandom, startFaultProxy, type Fault, type FaultProxy } from "@kalends/testing";
import { startTinyDavServer, type TinyDavServer } from "./tiny-dav-server.ts";

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of running.splice(0).reverse()) await each.close();
});

async function open(names: readonly string[], ...used: Fault[]): Promise<{ server: TinyDavServer; proxy: FaultProxy }> {
  const server = await startTinyDavServer(names);
  const proxy = await startFaultProxy({ target: server.url, random: seededRandom(7) });
  running.push(server, proxy);
  proxy.use(...used);
  return { server, proxy };
}

interface Answer {
  status: number;
  text: string;
  hrefs: string[];
  token: string | null;
  headers: Headers;
}

async function send(proxy: FaultProxy, method: string, path = "/cal/", body?: string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(proxy.origin + path, { method, body: body ?? null, headers, redirect: "manual" });
  const text = await response.text();
  return {
    status: response.status,
    text,
    hrefs: [...text.matchAll(/<[\w:]*href>([^<]*)</g)].map((found) => found[1] ?? ""),
    token: /<[\w:]*sync-token>([^<]*)</.exec(text)?.[1] ?? null,
    headers: response.headers,
  };
}

const list = (proxy: FaultProxy): Promise<Answer> => send(proxy, "PROPFIND", "/cal/", "<propfind/>", { depth: "1" });
const changes = (proxy: FaultProxy, token = ""): Promise<Answer> => send(proxy, "REPORT", "/cal/", `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token></D:sync-collection>`);
const multiget = (proxy: FaultProxy, paths: readonly string[]): Promise<Answer> =>
  send(proxy, "REPORT", "/cal/", `<?xml version="1.0"?><C:calendar-multiget xmlns:C="c" xmlns:D="DAV:">${paths.map((path) => `<D:href>${path}</D:href>`).join("")}</C:calendar-multiget>`);
const paths = (names: readonly string[]): string[] => names.map((name) => `/cal/${name}`);
const count = (text: string, part: string): number => text.split(part).length - 1;

describe("without faults", () => {
  test("requests and answers pass as they are, and are told in the log", async () => {
    const { server, proxy } = await open(["a.ics", "b%20c.ics"]);
    const direct = await fetch(server.url, { method: "PROPFIND", body: "<propfind/>", headers: { depth: "1" } });
    expect((await list(proxy)).text).toBe(await direct.text());
    expect(await send(proxy, "GET", "/cal/a.ics", undefined, { authorization: "Basic eDp5" })).toMatchObject({ status: 200, text: "text of a.ics" });
    expect((await send(proxy, "PUT", "/cal/new.ics", "new")).status).toBe(201);
    expect((await send(proxy, "DELETE", "/cal/new.ics")).status).toBe(204);
    expect((await send(proxy, "HEAD", "/cal/a.ics")).status).toBe(200);
    expect(proxy.log.map(({ method, status, faults: used, authorized }) => [method, status, used, authorized])).toEqual([
      ["PROPFIND", 207, [], false],
      ["GET", 200, [], true],
      ["PUT", 201, [], false],
      ["DELETE", 204, [], false],
      ["HEAD", 200, [], false],
    ]);
    expect(JSON.stringify(proxy.log)).not.toContain("eDp5");
  });

  test("a server that is away is a 502", async () => {
    const { server, proxy } = await open([]);
    await server.close();
    expect((await list(proxy)).status).toBe(502);
  });
});

describe("composition", () => {
  test("once, times, after and when count only what they concern", async () => {
    const { proxy } = await open(
      ["a.ics"],
      faults.times(2, faults.when(requestKinds.get, faults.answerWith(599))),
      faults.after(1, faults.once(faults.when(requestKinds.multiget, faults.answerWith(598)))),
    );
    const statuses: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      statuses.push((await list(proxy)).status, (await send(proxy, "GET", "/cal/a.ics")).status, (await multiget(proxy, paths(["a.ics"]))).status);
    }
    expect(statuses).toEqual([207, 599, 207, 207, 599, 598, 207, 200, 207]);
  });

  test("a turn that found nothing to spoil is not used up", async () => {
    const { server, proxy } = await open([], faults.once(faults.capMultiget(1)));
    server.items.set("/cal/a.ics", "a");
    server.items.set("/cal/b.ics", "b");
    expect((await multiget(proxy, paths(["a.ics"]))).hrefs).toHaveLength(1);
    expect((await multiget(proxy, paths(["a.ics", "b.ics"]))).hrefs).toHaveLength(1);
    expect((await multiget(proxy, paths(["a.ics", "b.ics"]))).hrefs).toHaveLength(2);
    expect(proxy.log.map((entry) => entry.faults)).toEqual([[], ["multiget capped"], []]);
  });

  test("chance is seeded", async () => {
    const run = async (): Promise<number[]> => {
      const { proxy } = await open(["a.ics"], faults.sometimes(0.5, faults.answerWith(599)));
      const statuses: number[] = [];
      for (let index = 0; index < 20; index += 1) statuses.push((await list(proxy)).status);
      return statuses;
    };
    const first = await run();
    expect(new Set(first)).toEqual(new Set([207, 599]));
    expect(await run()).toEqual(first);
  });

  test("one of several fits the request", async () => {
    const { proxy } = await open(["a.ics"], faults.oneOf(faults.refuseToken(410), faults.when(requestKinds.get, faults.answerWith(599))));
    expect((await changes(proxy, "t0")).status).toBe(410);
    expect((await send(proxy, "GET", "/cal/a.ics")).status).toBe(599);
    expect((await list(proxy)).status).toBe(207);
  });

  test("faults lie on each other, the first nearest to the client", async () => {
    const { proxy } = await open(["a.ics"], faults.absoluteHrefs(), faults.duplicateHrefs());
    const { hrefs } = await list(proxy);
    expect(hrefs).toEqual([`${proxy.origin}/cal/`, `${proxy.origin}/cal/a.ics`, `${proxy.origin}/cal/a.ics`]);
    expect(proxy.log[0]?.faults).toEqual(["absolute hrefs", "duplicate hrefs"]);
    proxy.clear();
    expect((await list(proxy)).hrefs).toEqual(["/cal/", "/cal/a.ics"]);
  });
});

const five = ["a.ics", "b.ics", "c.ics", "d.ics", "e.ics"];

describe("lists", () => {
  test("sync-collection in pages: the pages together are the whole, also after the fault was taken away", async () => {
    const { proxy } = await open(five, faults.once(faults.pageSyncCollection({ itemsPerPage: 2 })));
    const first = await changes(proxy);
    expect(first.hrefs).toEqual([...paths(["a.ics", "b.ics"]), "/cal/"]);
    expect(first.text).toContain("507 Insufficient Storage");
    proxy.clear();
    const second = await changes(proxy, first.token ?? "");
    const third = await changes(proxy, second.token ?? "");
    expect(second.hrefs).toEqual([...paths(["c.ics", "d.ics"]), "/cal/"]);
    expect(third.hrefs).toEqual(paths(["e.ics"]));
    expect(third.token).toBe("t1");
    expect((await changes(proxy, "urn:fault-proxy:continuation:99")).text).toContain("valid-sync-token");
  });

  test("a list that is cut and does not get on", async () => {
    const { proxy } = await open(five, faults.pageSyncCollection({ itemsPerPage: 2, stuck: true }));
    const first = await changes(proxy);
    const second = await changes(proxy, first.token ?? "");
    expect(second.token).toBe(first.token);
  });

  test("507 on top and too many matches", async () => {
    const { proxy } = await open(five, faults.once(faults.insufficientStorage()), faults.once(faults.tooManyMatches()));
    expect((await list(proxy)).status).toBe(507);
    expect(await changes(proxy)).toMatchObject({ status: 403, text: expect.stringContaining("number-of-matches-within-limits") as string });
    expect((await list(proxy)).status).toBe(207);
  });

  test("a listing is older than a write", async () => {
    const stale = faults.staleListing();
    const { server, proxy } = await open(["a.ics"], faults.when(() => false, stale));
    await list(proxy);
    server.items.set("/cal/b.ics", "b");
    proxy.clear();
    proxy.use(stale);
    expect((await list(proxy)).hrefs).toEqual(["/cal/", "/cal/a.ics"]);
    proxy.clear();
    expect((await list(proxy)).hrefs).toEqual(["/cal/", ...paths(["a.ics", "b.ics"])]);
  });

  test("refused tokens in all ways, and one that swallows changes", async () => {
    const { proxy } = await open(["a.ics"]);
    for (const status of [400, 403, 409, 410, 412, 500] as const) {
      proxy.use(faults.once(faults.refuseToken(status)));
      const answer = await changes(proxy, "t0");
      expect(answer.status).toBe(status);
      expect(answer.text.includes("valid-sync-token")).toBe(status === 403 || status === 409);
    }
    proxy.use(faults.swallowChanges());
    expect(await changes(proxy, "a&amp;b")).toMatchObject({ status: 207, hrefs: [], token: "a&amp;b" });
    expect((await changes(proxy)).hrefs).toHaveLength(1);
  });
});

describe("multiget", () => {
  test("capped, with 404 for what is there, with items left out", async () => {
    const { proxy } = await open(five, faults.once(faults.capMultiget(3)));
    expect((await multiget(proxy, paths(five))).hrefs).toEqual(paths(five.slice(0, 3)));
    proxy.use(faults.once(faults.missInMultiget({ probability: 0 })));
    const missing = await multiget(proxy, paths(five));
    expect(missing.hrefs).toEqual(paths(five));
    expect(count(missing.text, "404 Not Found")).toBe(1);
    proxy.use(faults.once(faults.omitFromMultiget(0)));
    expect((await multiget(proxy, paths(five))).hrefs).toHaveLength(4);
    expect(count((await multiget(proxy, paths(five))).text, "200 OK")).toBe(5);
  });
});

describe("statuses and pages", () => {
  test("throttling says when, as seconds, as a date or not at all", async () => {
    const { proxy } = await open(
      [],
      faults.inTurn(faults.throttle(), faults.throttle({ status: 503, retryAfter: 60, asDate: true }), faults.throttle({ retryAfter: null })),
    );
    expect((await list(proxy)).headers.get("retry-after")).toBe("0");
    const dated = await list(proxy);
    expect(dated.status).toBe(503);
    expect(Date.parse(dated.headers.get("retry-after") ?? "") - Date.now()).toBeGreaterThan(50_000);
    expect((await list(proxy)).headers.get("retry-after")).toBeNull();
  });

  test("a login refused with several challenges", async () => {
    const { proxy } = await open([], faults.refuseLogin(["X-MobileMe-AuthToken realm=x", "Basic realm=y"]));
    const { status, headers } = await list(proxy);
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toBe("X-MobileMe-AuthToken realm=x, Basic realm=y");
  });

  test("HTML with 200 and with 207, and a wrong type", async () => {
    const { proxy } = await open(["a.ics"], faults.once(faults.htmlPage()), faults.once(faults.htmlPage(207)), faults.wrongType("text/html"));
    expect(await list(proxy)).toMatchObject({ status: 200, text: expect.stringContaining("<form") as string });
    expect(await list(proxy)).toMatchObject({ status: 207, text: expect.stringContaining("<form") as string });
    const mislabelled = await list(proxy);
    expect(mislabelled.headers.get("content-type")).toBe("text/html");
    expect(mislabelled.hrefs).toHaveLength(2);
  });

  test("redirects to another origin and to plain http", async () => {
    const { proxy } = await open([], faults.once(faults.redirect({ to: "https://elsewhere.example.test", status: 308 })), faults.redirectToHttp());
    const first = await list(proxy);
    expect([first.status, first.headers.get("location")]).toEqual([308, "https://elsewhere.example.test/cal/"]);
    expect((await list(proxy)).headers.get("location")).toBe("http://127.0.0.1/cal/");
  });
});

describe("delivery", () => {
  test("a body cut with a clean end, and one that stops or breaks off", async () => {
    const { proxy } = await open(five, faults.inTurn(faults.truncate({ afterBytes: 100 }), faults.stopEarly({ part: 0.5 }), faults.resetInside({ part: 0.5 })));
    expect((await list(proxy)).text).toHaveLength(100);
    await expect(list(proxy)).rejects.toThrow();
    await expect(list(proxy)).rejects.toThrow();
    expect((await list(proxy)).hrefs).toHaveLength(6);
  });

  test("a reset before the write leaves it undone, one after it does not", async () => {
    const { server, proxy } = await open([], faults.when(requestKinds.write, faults.inTurn(faults.resetBefore(), faults.resetAfter())));
    await expect(send(proxy, "PUT", "/cal/one.ics", "one")).rejects.toThrow();
    expect(server.asked).toEqual([]);
    await expect(send(proxy, "PUT", "/cal/two.ics", "two")).rejects.toThrow();
    expect([...server.items.keys()]).toEqual(["/cal/two.ics"]);
    expect(proxy.log.map(({ status, faults: used }) => [status, used])).toEqual([
      [0, ["reset before the server"]],
      [0, ["reset after the server"]],
    ]);
  });

  test("slow, late and endless", async () => {
    const { proxy } = await open(["a.ics"], faults.inTurn(faults.slowDrip({ bytes: 50, everyMs: 10 }), faults.delay(60), faults.endlessBody()));
    const started = performance.now();
    expect((await list(proxy)).hrefs).toHaveLength(2);
    expect(performance.now() - started).toBeGreaterThan(30);
    const late = performance.now();
    expect((await list(proxy)).hrefs).toHaveLength(2);
    expect(performance.now() - late).toBeGreaterThan(50);
    const stop = new AbortController();
    const response = await fetch(proxy.url, { method: "PROPFIND", headers: { depth: "1" }, signal: stop.signal });
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += (chunk as Uint8Array).length;
      if (bytes > 5_000) break;
    }
    stop.abort();
    expect(bytes).toBeGreaterThan(5_000);
  });
});

describe("ETags and hrefs", () => {
  test("ETags absent, empty, weak, unquoted, in bodies and headers", async () => {
    const { proxy } = await open(["a.ics"]);
    const seen: [string | null, string | null][] = [];
    for (const shape of ["absent", "empty", "weak", "unquoted"] as const) {
      proxy.use(faults.times(2, faults.etags(shape)));
      const { text } = await list(proxy);
      seen.push([/<[\w:]*getetag>([^<]*)</.exec(text)?.[1] ?? null, (await send(proxy, "GET", "/cal/a.ics")).headers.get("etag")]);
    }
    expect(seen).toEqual([
      [null, null],
      ["", ""],
      ['W/"13"', 'W/"1"'],
      ["13", "1"],
    ]);
  });

  test("hrefs absolute, foreign, raw, in lower-case escapes, doubled", async () => {
    const { proxy } = await open(["a%20%C3%BC.ics", "b@c.ics"]);
    const one = async (fault: Fault): Promise<string[]> => {
      proxy.use(faults.once(fault));
      return (await list(proxy)).hrefs.slice(1);
    };
    expect(await one(faults.absoluteHrefs())).toEqual([`${proxy.origin}/cal/a%20%C3%BC.ics`, `${proxy.origin}/cal/b@c.ics`]);
    expect(await one(faults.foreignHrefs("https://x.example.test"))).toEqual(["https://x.example.test/cal/a%20%C3%BC.ics", "https://x.example.test/cal/b@c.ics"]);
    expect(await one(faults.rawHrefs())).toEqual(["/cal/a ü.ics", "/cal/b@c.ics"]);
    expect(await one(faults.lowerHexHrefs())).toEqual(["/cal/a%20%c3%bc.ics", "/cal/b%40c.ics"]);
    expect(await one(faults.duplicateHrefs())).toHaveLength(4);
  });

  test("members without .ics can be read under their short names, also later", async () => {
    const { server, proxy } = await open(["a.ics", "b.ics"], faults.membersWithoutIcs());
    expect((await list(proxy)).hrefs).toEqual(["/cal/", "/cal/a", "/cal/b"]);
    proxy.clear();
    expect((await multiget(proxy, ["/cal/a", "/cal/b.ics"])).hrefs).toEqual(["/cal/a", "/cal/b.ics"]);
    expect((await send(proxy, "GET", "/cal/b")).text).toBe("text of b.ics");
    expect(server.asked.at(-1)).toBe("GET /cal/b.ics");
  });
});

describe("writes", () => {
  test("a write may be applied and answered with a failure, late, or as a 207", async () => {
    const { server, proxy } = await open([], faults.inTurn(faults.applied(faults.answerWith(504)), faults.answerLate(30), faults.writeAs207()));
    expect((await send(proxy, "PUT", "/cal/a.ics", "a")).status).toBe(504);
    const before = Date.now();
    expect((await send(proxy, "PUT", "/cal/b.ics", "b")).status).toBe(201);
    expect(Date.now() - before).toBeGreaterThanOrEqual(25);
    expect(await send(proxy, "PUT", "/cal/c.ics", "c")).toMatchObject({ status: 207, text: expect.stringMatching(/<D:href>\/cal\/c\.ics<.*HTTP\/1\.1 201/) as string });
    expect([...server.items.keys()]).toEqual(paths(["a.ics", "b.ics", "c.ics"]));
    expect(proxy.log.map((entry) => entry.faults)).toEqual([["applied, then answer 504"], ["answer late"], ["207 to a write"]]);
  });

  test("another client may come in between, and the log tells each guard", async () => {
    const { server, proxy } = await open(["a.ics"], faults.once(faults.meanwhile(async ({ method, path }) => {
      if (method !== "PUT") return false;
      server.items.set(path, "theirs");
      return true;
    })));
    await send(proxy, "GET", "/cal/a.ics");
    await send(proxy, "PUT", "/cal/a.ics", "ours", { "if-match": '"1"' });
    await send(proxy, "PUT", "/cal/a.ics", "ours", { "if-none-match": "*" });
    expect(server.items.get("/cal/a.ics")).toBe("ours");
    expect(proxy.log.map(({ faults: used, guard }) => [used, guard])).toEqual([[[], null], [["another client in between"], 'If-Match: "1"'], [[], "If-None-Match: *"]]);
  });
});
