import { Secret, type HttpRequest, type Transport } from "@kalends/model";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { createTransport, readText, type Exchange } from "../src/index.ts";
import { authority } from "./certificates.ts";
import { clock, codeOf, mappedDial, serveHttps, type Running } from "./loopback.ts";
import { sharedJson } from "./shared-data.ts";

interface Entry { id: string; replies?: { status?: number; headers?: { location?: string } }[]; expect: { code?: string[] } }
const entries = (sharedJson<{ entries: Entry[] }>("bad-http/manifest.json")?.entries ?? []).filter(
  (entry) => /^(?:ssrf-redirect|any-redirect|oauth-redirect)/.test(entry.id),
);

interface Seen { host: string; method: string; path: string; authorization: string | undefined; cookie: string | undefined; body: string;
depth: string | undefined }
const hosts: Record<string, string> = {
  "cal.example.test": "8.8.8.8", "a.site.test": "8.8.4.4", "b.site.test": "1.1.1.1", "evil.example.test": "9.9.9.9",
    "private.site.test": "10.0.0.1",
};
const secret = "Basic c4n4ry";
let closing: (Transport | Running)[] = [];
afterEach(async () => {
  for (const entry of closing) await entry.close();
  closing = [];
});
afterAll(() => expect(closing).toEqual([]));

/** One loopback server in the role of all public hosts; `answer` gives the Location or null for the end of the chain. */
async function chain(answer: (seen: Seen, count: number) => { status: number; location?: string } | null) {
  const seen: Seen[] = [];
  const exchanges: Exchange[] = [];
  const server = await serveHttps((request, response, body) => {
    const { authorization, cookie, depth } = request.headers;
    const entry = { host: request.headers.host ?? "", method: request.method ?? "", path: request.url ?? "", authorization, cookie, body,
      depth: depth as string | undefined };
    seen.push(entry);
    const redirect = answer(entry, seen.length - 1);
    if (redirect === null) response.end("arrived");
    else response.writeHead(redirect.status, redirect.location === undefined ? {} : { location: redirect.location }).end("moved");
  });
  const { dial, attempts } = mappedDial({ "8.8.8.8": server.port, "8.8.4.4": server.port, "1.1.1.1": server.port });
  const transport = createTransport({
    clock, dial, certificateAuthorities: [authority], onExchange: (exchange) => exchanges.push(exchange),
    resolve: async (host) => (hosts[host] === undefined ? [] : [{ address: hosts[host], family: 4 }]),
  });
  closing.push(transport, server);
  const send = (request: Partial<HttpRequest> = {}) =>
    transport.send({ method: "PROPFIND", url: "https://a.site.test/start", body: "<query/>", authorization: new Secret(secret),
      ...request });
  return { send, seen, attempts, exchanges };
}

describe("redirects", () => {
  test.each([
    ["PROPFIND", 301, "PROPFIND", true], ["PROPFIND", 302, "PROPFIND", true], ["REPORT", 301, "REPORT", true], ["REPORT", 307, "REPORT",
      true],
    ["PROPFIND", 308, "PROPFIND", true], ["PUT", 307, "PUT", true], ["PUT", 302, "PUT", true], ["POST", 301, "GET", false], ["POST", 302,
      "GET", false],
    ["POST", 303, "GET", false], ["POST", 308, "POST", true], ["PROPFIND", 303, "GET", false], ["DELETE", 301, "DELETE", true],
  ] as const)("%s after %i becomes %s", async (method, status, then, keepsBody) => {
    const { send, seen } = await chain((_seen, count) => (count === 0 ? { status, location: "/next?x=1#y" } : null));
    const response = await send({ method, headers: { Depth: "0" } });
    expect(await readText(response)).toBe("arrived");
    expect(response.url).toBe("https://a.site.test/next?x=1#y");
    expect(seen[1]).toEqual({ host: "a.site.test", method: then, path: "/next?x=1", authorization: secret, cookie: undefined,
      body: keepsBody ? "<query/>" : "", depth: "0" });
  });

  test.each(["PUT", "DELETE", "PROPPATCH", "MKCALENDAR"])("a %s after 303 is refused: what would be read in its place is no answer to a change", async (method) => {
    const { send, seen } = await chain((_seen, count) => (count === 0 ? { status: 303, location: "/next" } : null));
    await expect(send({ method })).rejects.toMatchObject({ code: "redirect-refused" });
    expect(seen).toHaveLength(1);
  });

  test("to another origin: followed without authorization, cookie or personal headers", async () => {
    const { send, seen, exchanges } = await chain((entry) => (entry.host === "a.site.test" ? { status: 301,
      location: "https://b.site.test/dav/" } : null));
    const response = await send({ headers: { Depth: "1", Cookie: "c4n4ry", "X-Token": "c4n4ry", Authorization: secret } });
    expect(await readText(response)).toBe("arrived");
    expect(seen[1]).toMatchObject({ host: "b.site.test", authorization: undefined, cookie: undefined, body: "<query/>", depth: "1" });
    expect(exchanges.map(({ origin, status, bytes }) => [origin, status, bytes])).toEqual([["https://a.site.test", 301, 0],
      ["https://b.site.test", 200, 7]]);
  });

  test("what was dropped does not come back when the chain returns", async () => {
    const { send, seen } = await chain((entry) =>
      entry.path === "/start" ? { status: 302, location: "https://b.site.test/x" } : entry.host === "b.site.test" ? { status: 302,
        location: "https://a.site.test/chosen" } : null);
    await (await send()).discard();
    expect(seen.map((entry) => entry.authorization)).toEqual([secret, undefined, undefined]);
  });

  test("a trusted site gets the authorization, its look-alikes do not", async () => {
    for (const [trusted, expected] of [["site.test", secret], ["b.site.test", secret], ["SITE.TEST", secret], ["ite.test", undefined],
      ["", undefined], ["other.test", undefined]] as const) {
      const { send, seen } = await chain((entry) => (entry.host === "a.site.test" ? { status: 302,
        location: "https://b.site.test/" } : null));
      await (await send({ trustedSites: [trusted] })).discard();
      expect(seen[1]?.authorization, trusted).toBe(expected);
    }
  });

  test.each(["POST", "PUT", "DELETE", "PATCH", "MKCALENDAR"])("a %s is not carried to another origin", async (method) => {
    for (const status of [307, 308]) {
      const { send, seen } = await chain(() => ({ status, location: "https://b.site.test/" }));
      expect(await codeOf(send({ method, body: "refresh_token=c4n4ry" }))).toBe("redirect-refused");
      expect(seen).toHaveLength(1);
    }
  });

  test("five are followed, six are not; circles are noticed", async () => {
    const five = await chain((_entry, count) => (count < 5 ? { status: 302, location: `/${count}` } : null));
    expect((await five.send()).status).toBe(200);
    expect(five.seen).toHaveLength(6);
    const endless = await chain((_entry, count) => ({ status: 302, location: `/${count}` }));
    expect(await codeOf(endless.send())).toBe("redirect-refused");
    expect(endless.seen).toHaveLength(6);
    const circle = await chain((entry) => ({ status: 302, location: entry.path === "/start" ? "/other#1" : "/start#2" }));
    expect(await codeOf(circle.send())).toBe("redirect-refused");
    expect(circle.seen).toHaveLength(2);
    const itself = await chain(() => ({ status: 301, location: "" }));
    expect(await codeOf(itself.send())).toBe("redirect-refused");
  });

  test("each hop is checked like the first", async () => {
    const cases: [string, string][] = [
      ["https://private.site.test/", "address-refused"], ["https://10.0.0.1/", "address-refused"], ["https://[::1]/", "address-refused"],
      ["https://user:pass@b.site.test/", "address-refused"], ["http://a.site.test/", "redirect-refused"], ["javascript:alert(1)",
        "redirect-refused"],
      ["https://", "redirect-refused"], ["https://nowhere.site.test/", "network-unreachable"],
    ];
    for (const [location, code] of cases) {
      const { send, seen, attempts } = await chain(() => ({ status: 302, location }));
      expect(await codeOf(send()), location).toBe(code);
      expect(seen).toHaveLength(1);
      expect(attempts).toEqual(["8.8.4.4:443"]);
    }
  });

  test("304 and 300 are answers", async () => {
    for (const status of [304, 300]) {
      const { send } = await chain(() => ({ status, location: "https://b.site.test/" }));
      const response = await send({ method: "GET", body: undefined as never });
      expect(response.status).toBe(status);
      await response.discard();
    }
  });

  test.skipIf(entries.length === 0).each(entries)("$id", async (entry) => {
    const reply = entry.replies?.[0] as { status: number; headers: { location?: string } };
    const location = reply.headers.location?.replaceAll("SELF_HOST", "a.site.test");
    const encoded = location === undefined ? undefined : Buffer.from(location, "utf8").toString("latin1");
    const { send, seen, attempts } = await chain((_seen, count) => (count === 0 ? { status: reply.status, ...(encoded === undefined
      ? {} : { location: encoded }) } : null));
    const code = await codeOf(send().then((response) => response.discard()));
    const allowed = entry.expect.code?.includes("BLOCKED_ADDRESS") ? ["address-refused", "redirect-refused"] : ["redirect-refused",
      "network-unreachable", "no error"];
    expect(allowed).toContain(code);
    // Whatever was followed went to the origin itself, or nowhere but to the public stand-in of the foreign host without its secrets.
    expect(attempts.filter((attempt) => attempt !== "8.8.4.4:443" && attempt !== "9.9.9.9:443")).toEqual([]);
    expect(seen.filter((each) => each.host !== "a.site.test" && each.authorization !== undefined)).toEqual([]);
  });
});
