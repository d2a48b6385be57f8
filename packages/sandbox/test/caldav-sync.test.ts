import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { movableClock, startCaldavSandbox, type CaldavSandbox, type CaldavSandboxOptions, type MovableClock } from "../src/index.ts";
import { dav, event, listing, syncBody, tokenOf } from "./caldav-client.ts";

let sandbox: CaldavSandbox | undefined;
afterEach(async () => {
  await sandbox?.close();
  sandbox = undefined;
});

async function start(options: Partial<CaldavSandboxOptions> = {}): Promise<{ sandbox: CaldavSandbox; clock: MovableClock }> {
  const clock = movableClock();
  sandbox = await startCaldavSandbox({ clock, users: [{ name: "ada", password: "pw" }], ...options });
  return { sandbox, clock };
}

const sync = (url: string, token: string, more = ""): ReturnType<typeof dav> =>
  dav(url, "REPORT", { depth: "0", body: syncBody(token, more) });
const path = (name: string): string => `/dav/calendars/ada/work/${name}`;

describe("sync-collection", () => {
  test("gives everything, then only changes, with 404 for what is gone", async () => {
    const work = (await start()).sandbox.user("ada").calendar("work");
    for (const uid of ["a", "b", "c"]) work.put(uid, event(uid));
    work.remove("c");
    const first = await sync(work.url, "");
    expect(listing(first.text)).toEqual(new Map([[path("a.ics"), 200], [path("b.ics"), 200]]));
    const token = tokenOf(first.text);
    expect(URL.canParse(token)).toBe(true);
    const unchanged = await sync(work.url, token);
    expect([listing(unchanged.text).size, tokenOf(unchanged.text)]).toEqual([0, token]);
    work.put("a", event("a", ["SUMMARY:new"]));
    work.remove("b");
    work.put("d e", event("d e"));
    work.put("a", event("a", ["SUMMARY:newer"]));
    const delta = await sync(work.url, token);
    expect(listing(delta.text)).toEqual(new Map([[path("b.ics"), 404], [path("d%20e.ics"), 200], [path("a.ics"), 200]]));
    work.put("a", event("a", ["SUMMARY:newer"]));
    expect(listing((await sync(work.url, tokenOf(delta.text))).text).size).toBe(0);
  });

  test("carries calendar-data where asked and allowed", async () => {
    const work = (await start()).sandbox.user("ada").calendar("work");
    work.put("a", event("a", ["SUMMARY:1 < 2 & 3"]));
    const body = syncBody("").replace("<x:getetag/>", "<x:getetag/><cal:calendar-data/>");
    expect((await dav(work.url, "REPORT", { body })).text).toContain("SUMMARY:1 &lt; 2 &amp; 3");
  });

  test("refuses tokens that are garbage, of another calendar, expired by hand, of an earlier run, or ahead", async () => {
    const { sandbox: made } = await start({ random: { bytes: (length) => new Uint8Array(length).fill(7), uniform: () => 0 } });
    const work = made.user("ada").calendar("work");
    const other = made.user("ada").createCalendar("other");
    work.put("a", event("a"));
    const token = tokenOf((await sync(work.url, "")).text);
    const otherToken = tokenOf((await sync(other.url, "")).text);
    const isRefused = async (bad: string): Promise<void> => {
      const answer = await sync(work.url, bad);
      expect([answer.status, answer.text]).toEqual([403, expect.stringContaining("<D:valid-sync-token/>")]);
    };
    await isRefused("garbage");
    await isRefused(otherToken);
    await isRefused(token.replace(/:1:1$/, ":9:9"));
    await isRefused(token.replace("BwcH", "AAAA"));
    work.expireTokens();
    await isRefused(token);
    const fresh = await sync(work.url, "");
    expect(listing(fresh.text).size).toBe(1);
    expect((await sync(work.url, tokenOf(fresh.text))).status).toBe(207);
    made.user("ada").deleteCalendar("work");
    made.user("ada").createCalendar("work").put("a", event("a"));
    await isRefused(tokenOf(fresh.text));
  });

  test("a token dies when the changes after it are older than the token life, and not before", async () => {
    const { sandbox: made, clock } = await start({ tokenLifeMs: 60_000 });
    const work = made.user("ada").calendar("work");
    work.put("a", event("a"));
    const token = tokenOf((await sync(work.url, "")).text);
    clock.advance(120_000);
    expect((await sync(work.url, token)).status).toBe(207);
    work.put("b", event("b"));
    clock.advance(59_000);
    expect((await sync(work.url, token)).status).toBe(207);
    clock.advance(2_000);
    expect((await sync(work.url, token)).status).toBe(403);
  });

  test("can be switched off, with the properties that go with it", async () => {
    const work = (await start({ features: { syncCollection: false, ctag: false } })).sandbox.user("ada").calendar("work");
    expect((await sync(work.url, "")).text).toContain("<D:supported-report/>");
    const body =
      '<propfind xmlns="DAV:"><prop><sync-token/><supported-report-set/><getctag xmlns="http://calendarserver.org/ns/"/></prop></propfind>';
    const answer = (await dav(work.url, "PROPFIND", { depth: "0", body })).text;
    expect(answer).not.toContain("sync-collection");
    expect(answer).toMatch(/<D:prop><D:sync-token\/><CS:getctag\/><\/D:prop><D:status>HTTP\/1.1 404/);
  });

  test("honours a limit with 507 and a token that goes on", async () => {
    const work = (await start()).sandbox.user("ada").calendar("work");
    for (let index = 0; index < 5; index++) work.put(`e${index}`, event(`e${index}`));
    work.put("gone", event("gone"));
    work.remove("gone");
    const first = await sync(work.url, "", "<x:limit><x:nresults>2</x:nresults></x:limit>");
    expect([...listing(first.text).values()]).toEqual([200, 200, 507]);
    work.remove("e0");
    const rest = await sync(work.url, tokenOf(first.text));
    const left = ["e2.ics", "e3.ics", "e4.ics"].map((name) => [path(name), 200] as const);
    expect(listing(rest.text)).toEqual(new Map([...left, [path("e0.ics"), 404]]));
  });

  test("any paging and any edits between pages lead to the calendar's true state", async () => {
    await start({ syncPageSize: 3 });
    const step = fc.oneof(
      fc.record({ kind: fc.constant("put" as const), uid: fc.integer({ min: 0, max: 8 }), text: fc.integer({ min: 0, max: 3 }) }),
      fc.record({ kind: fc.constant("remove" as const), uid: fc.integer({ min: 0, max: 8 }) }),
      fc.record({ kind: fc.constant("page" as const) }),
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: "max" }), async (steps) => {
        const calendar = sandbox!.user("ada").createCalendar(`run${++run}`);
        const replica = new Map<string, string>();
        let token = "";
        const page = async (): Promise<boolean> => {
          const { text } = await sync(calendar.url, token);
          for (const [, block = ""] of text.matchAll(/<D:response>(.*?)<\/D:response>/gs)) {
            const name = decodeURIComponent(/([^/]*)<\/D:href>/.exec(block)?.[1] ?? "");
            if (block.includes(" 404 ")) replica.delete(name);
            else if (!block.includes(" 507 ")) replica.set(name, /<D:getetag>(.*?)</.exec(block)?.[1] ?? "");
          }
          token = tokenOf(text);
          return text.includes(" 507 ");
        };
        for (const one of steps) {
          if (one.kind === "put") calendar.put(`u${one.uid}`, event(`u${one.uid}`, [`SUMMARY:${one.text}`]));
          else if (one.kind === "remove") calendar.remove(`u${one.uid}`);
          else await page();
        }
        while (await page());
        const truth = new Map<string, string>();
        for (const name of calendar.names()) {
          const head = await dav(`${calendar.url}${name}`, "HEAD");
          truth.set(name, (head.headers.get("etag") ?? "").replaceAll('"', "&quot;"));
        }
        expect(replica).toEqual(truth);
      }),
      { numRuns: 40 },
    );
  });

  test("10,000 events are listed and fetched briskly, and a delta stays small", async () => {
    const work = (await start()).sandbox.user("ada").calendar("work");
    const loading = performance.now();
    for (let index = 0; index < 10_000; index++) work.put(`e${index}`, event(`e${index}`));
    const loaded = performance.now() - loading;
    const listed = performance.now();
    const first = await sync(work.url, "");
    expect(listing(first.text).size).toBe(10_000);
    const took = performance.now() - listed;
    work.put("e5", event("e5", ["SUMMARY:new"]));
    const delta = await sync(work.url, tokenOf(first.text));
    expect([...listing(delta.text).keys()]).toEqual([path("e5.ics")]);
    expect(delta.text.length).toBeLessThan(1_000);
    // Linear work takes well under a second here; the bound only tells it from quadratic work on a slow machine.
    expect(loaded).toBeLessThan(10_000);
    expect(took).toBeLessThan(10_000);
  });
});
