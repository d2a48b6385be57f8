import { describe, expect, test } from "vitest";
import { pollInterval } from "../src/sync/poll-interval.ts";
import { openTestEngine } from "./open-test-engine.ts";
import { sampleObject } from "./sample-object.ts";

const settings = { pollEveryMs: 5 * 60_000, freshForMs: 20 * 60_000 };
const minutes = (refreshMs: string): number => pollInterval({ refreshMs }, settings) / 60_000;

describe("the pace of a calendar whose publisher asks for one", () => {
  test("is followed between the host's pace and the host's promise of freshness", () => {
    expect(pollInterval({}, settings)).toBe(settings.pollEveryMs);
    expect(minutes("600000")).toBe(10);
    expect(minutes("1000")).toBe(5);
    expect(minutes("43200000")).toBe(15);
    for (const nonsense of ["", "soon", "NaN", "-1", "-Infinity", "1e999"]) expect(minutes(nonsense), nonsense).toBe(5);
    // A host that polls more slowly than it promises freshness keeps its own pace.
    expect(pollInterval({ refreshMs: "43200000" }, { pollEveryMs: 3_600_000, freshForMs: 60_000 })).toBe(3_600_000);
  });

  test("is what the next run is planned by", async () => {
    const t = await openTestEngine({ settings: { jitter: 0 } });
    t.provider.calendar("/work/").put("/a.ics", sampleObject("a"));
    const pull = t.provider.pullPage.bind(t.provider);
    t.provider.pullPage = async (access, request) => {
      const page = await pull(access, request);
      return page.nextPageToken === null ? { ...page, hints: { refreshMs: "600000" } } : page;
    };
    await t.connect();
    // The hint of the first run counts from the second on.
    await t.engine.scheduler.drain();
    await t.clock.advance(400_000);
    await t.engine.scheduler.drain();
    const nextTry = (await t.organization.status())[0]?.calendars[0]?.nextTry ?? "";
    expect(Date.parse(nextTry) - t.clock.now()).toBeGreaterThan(590_000);
    expect(Date.parse(nextTry) - t.clock.now()).toBeLessThanOrEqual(600_000);
  });
});
