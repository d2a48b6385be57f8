import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import * as proxy from "@kalends/testing/proxy";
import type { Fault } from "@kalends/testing/proxy";
import { startTinyDavServer } from "./tiny-dav-server.ts";

const page = readFileSync(fileURLToPath(new URL("../../../../docs/how-to/test-against-bad-servers.md", import.meta.url)), "utf8");
const { faults, seededRandom, startFaultProxy } = proxy;

/** The scripts of the page's table, by behaviour. */
const scripts = new Map(Array.from(page.matchAll(/^\| ([^|]+) \|[^|]*\| `(faults\.[^`]+)` \|$/gm), ([, behaviour = "", script = ""]) => [behaviour.trim(), script]));

/** What no server that can be installed does, and every client meets. */
const list = [
  "507 inside", "507 as the status of the whole", "a multiget of 1,000", "404 inside a multiget", "429 with", "503 with", "401 in mid-run", "an HTML page with 200", "XML cut in the middle",
  "ETags removed", "ETags weak", "absolute hrefs", "hrefs without escapes", "escapes in lower-case", "hrefs on another host", "a redirect to plain http", "a redirect to another host",
  "refused with 403", "refused with 409", "refused with 410", "refused with 412", "refused with 500", "answered with nothing", "older than a write", "one href twice", "members without",
];

test("the page of the fault proxy names every fault", () => {
  expect(Object.keys(faults).filter((name) => !new RegExp(`\`${name}\\b`).test(page))).toEqual([]);
});

test("the page has a script for every behaviour of the list", () => {
  expect(list.filter((behaviour) => ![...scripts.keys()].some((row) => row.includes(behaviour)))).toEqual([]);
});

test("what the page shows of the proxy needs no other entry", () => {
  for (const name of ["faults", "requestKinds", "seededRandom", "startFaultProxy"]) expect(proxy).toHaveProperty(name);
});

const sync = (token: string): string => `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token></D:sync-collection>`;

/** What a client sees in two rounds of listing and reading, with somebody's write in between. */
async function seenThrough(fault: Fault | null, size: number): Promise<string[]> {
  const names = Array.from({ length: size }, (_, index) => `%C3%A9-${index}.ics`);
  const server = await startTinyDavServer(names);
  const front = await startFaultProxy({ target: server.url, random: seededRandom(3) });
  const send = async (method: string, body: string, path = "/cal/"): Promise<string> => {
    const answer = await fetch(front.origin + path, { method, body, headers: { depth: "1" }, redirect: "manual" });
    const seen = [answer.status, answer.headers.get("retry-after") ?? "", answer.headers.get("location") ?? "", await answer.text()].join("\n");
    return seen.replaceAll(front.origin, "ORIGIN");
  };
  try {
    if (fault !== null) front.use(fault);
    const multiget = `<?xml version="1.0"?><C:calendar-multiget xmlns:C="c" xmlns:D="DAV:">${names.map((name) => `<D:href>/cal/${name}</D:href>`).join("")}</C:calendar-multiget>`;
    const seen = [await send("PROPFIND", "<propfind/>")];
    await send("PUT", "text", "/cal/new.ics");
    for (let round = 0; round < 2; round += 1) {
      for (const [method, body] of [["PROPFIND", "<propfind/>"], ["REPORT", sync("")], ["REPORT", sync("1")], ["REPORT", multiget]] as const) seen.push(await send(method, body));
    }
    return seen;
  } finally {
    await front.close();
    await server.close();
  }
}

const unspoiled = new Map<number, Promise<string[]>>();

test.each([...scripts])("%s: %s changes what a client sees", async (_, script) => {
  const size = script.includes("1000") ? 1010 : 110;
  if (!unspoiled.has(size)) unspoiled.set(size, seenThrough(null, size));
  const fault = runInNewContext(script, { faults }) as Fault;
  expect(await seenThrough(fault, size)).not.toEqual(await unspoiled.get(size));
});
