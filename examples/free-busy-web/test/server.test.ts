import { request } from "node:http";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { serveFreeBusy, type FreeBusyServer } from "../src/server.ts";
import { MemorySource } from "./memory-source.ts";

let source: MemorySource;
let server: FreeBusyServer;

beforeEach(async () => {
  const periods = [{ kind: "busy", from: "2026-11-16T09:00:00.000Z", to: "2026-11-16T10:00:00.000Z" }];
  source = new MemorySource([{ id: "ada", name: "Ada <b>", zone: "Europe/London", periods }]);
  server = await serveFreeBusy(source, { title: "Team & co", zone: "Asia/Tokyo", weekStart: "sunday" });
});
afterEach(() => server.close());

/** A request as node:http sends it: path and Host header exactly as given. */
function raw(path: string, host?: string): Promise<number> {
  const { port, host: own } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, headers: { host: host ?? own } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on("error", reject).end();
  });
}

describe("page files", () => {
  test("come with a policy that allows the page's own files and nothing else", async () => {
    const page = await fetch(server.url);
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    const html = await page.text();
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|https?:/);
    const files = Array.from(html.matchAll(/(?:src|href)="(\/[^"]+)"/g), ([, file = ""]) => new URL(file, server.url));
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) expect((await fetch(file)).status).toBe(200);
  });

  test("only those that are in the folder, whatever the path says", async () => {
    for (const path of ["/../package.json", "/%2e%2e/package.json", "/..%2fpackage.json", "//etc/passwd", "/index.html/", "/nothing.js"]) {
      expect(await raw(path)).toBe(404);
    }
  });

  test("can come from another folder", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kalends-public-"));
    await writeFile(join(folder, "index.html"), "<p>mine</p>");
    const other = await serveFreeBusy(source, { publicDir: folder });
    expect(await (await fetch(other.url)).text()).toBe("<p>mine</p>");
    expect((await fetch(`${other.url}page.js`)).status).toBe(404);
    await other.close();
    await rm(folder, { recursive: true });
    await expect(serveFreeBusy(source, { publicDir: join(folder, "gone") })).rejects.toThrow();
  });
});

describe("answers", () => {
  test("the page's settings, the week and the status", async () => {
    const read = async (path: string): Promise<unknown> => (await fetch(`${server.url}api/${path}`)).json();
    const settings = { title: "Team & co", zone: "Asia/Tokyo", weekStart: "sunday", canSync: true };
    expect(await read("page")).toMatchObject({ ...settings, people: [{ id: "ada", name: "Ada <b>" }] });
    const week = await read("free-busy?from=2026-11-16T00:00:00Z&to=2026-11-23T00:00:00Z");
    expect(week).toMatchObject({ people: [{ personId: "ada", periods: source.members[0]?.periods }] });
    expect(await read("status")).toMatchObject({ people: [{ calendars: [{ name: "Work", freshness: "fresh", error: null }] }] });
  });

  test("refuse bad ranges, other names of the host, and syncs that the page did not ask for", async () => {
    const [early, late, nextYear] = ["2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z", "2027-11-16T00:00:00Z"];
    for (const query of ["", "from=x&to=y", `from=${late}&to=${early}`, `from=${early}&to=${early}`, `from=${early}&to=${nextYear}`]) {
      expect((await fetch(`${server.url}api/free-busy?${query}`)).status).toBe(400);
    }
    expect(await raw("/", "evil.example")).toBe(421);
    expect((await fetch(`${server.url}api/sync`, { method: "POST" })).status).toBe(403);
    expect((await fetch(`${server.url}api/sync`, { method: "POST", headers: { origin: "http://evil.example" } })).status).toBe(403);
    expect(source.syncs).toBe(0);
    expect((await fetch(`${server.url}api/sync`, { method: "POST", headers: { origin: new URL(server.url).origin } })).status).toBe(200);
    expect(source.syncs).toBe(1);
  });

  test("a failure gives code and remedy where there is one, and never its message", async () => {
    const url = `${server.url}api/free-busy?from=2026-11-16T00:00:00Z&to=2026-11-17T00:00:00Z`;
    source.failure = Object.assign(new Error("inner details"), { code: "store-locked", remedy: "Close the other program." });
    const known = await fetch(url);
    expect([known.status, await known.json()]).toEqual([500, { error: { code: "store-locked", remedy: "Close the other program." } }]);
    source.failure = new Error("inner details");
    expect(await (await fetch(url)).text()).not.toContain("inner details");
  });

  test("news goes to every open stream, and closing ends streams and the subscription", async () => {
    const streams = await Promise.all([fetch(`${server.url}api/events`), fetch(`${server.url}api/events`)]);
    source.tell("ada", "Ada moved\na meeting");
    for (const stream of streams) {
      const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      while (!text.includes("event: news")) text += (await reader.read()).value ?? "";
      expect(text).toContain("event: live");
      const news: unknown = JSON.parse(/event: news\ndata: (.*)\n\n/.exec(text)?.[1] ?? "");
      expect(news).toMatchObject({ personId: "ada", text: "Ada moved\na meeting" });
      await reader.cancel();
    }
    expect(source.subscribers).toBe(1);
    await server.close();
    expect(source.subscribers).toBe(0);
    await expect(fetch(server.url)).rejects.toThrow();
  });
});
