import { describe, expect, test } from "vitest";
import { KalendsError } from "@kalends/model";
import { openTestEngine, type TestEngine } from "./open-test-engine.ts";
import { sampleObject } from "./sample-object.ts";

async function hours(t: TestEngine, count: number): Promise<void> {
  for (let hour = 0; hour < count; hour += 1) {
    await t.clock.advance(3_600_000);
    await t.engine.scheduler.drain();
  }
}

describe("polling", () => {
  test.each(["calendar-gone", "permission-denied", "not-found", "server-error"] as const)("goes on after one answer %s", async (code) => {
    const t = await openTestEngine({ settings: { inlineWaitMs: 0 } });
    const work = t.provider.calendar("/work/");
    work.put("/a.ics", sampleObject("a"));
    await t.connect();
    await t.engine.scheduler.drain();
    t.provider.faults.push(new KalendsError(code, "for a moment"));
    await t.clock.advance(400_000);
    await t.engine.scheduler.drain();
    expect((await t.organization.status())[0]?.calendars[0]).toMatchObject({ phase: "delayed", nextTry: expect.any(String), error: { code } });
    work.put("/b.ics", sampleObject("b"));
    await hours(t, 2);
    expect((await t.organization.status())[0]?.calendars[0]).toMatchObject({ phase: "idle", objects: 2 });
  });

  test("of the calendar list goes on after one answer that refuses it", async () => {
    const t = await openTestEngine();
    t.provider.calendar("/work/");
    await t.connect();
    await t.engine.scheduler.drain();
    t.provider.listFaults.push(new KalendsError("permission-denied", "for a moment"));
    await hours(t, 2);
    t.provider.calendar("/new/");
    await hours(t, 3);
    expect(await t.organization.listCalendars()).toHaveLength(2);
  });

  test("ends for a calendar that the list no longer names", async () => {
    const t = await openTestEngine();
    t.provider.calendar("/work/");
    t.provider.calendar("/home/");
    await t.connect();
    await t.engine.scheduler.drain();
    t.provider.deleteCalendar("/home/");
    await hours(t, 3);
    expect(await t.organization.listCalendars()).toMatchObject([{ remoteKey: "/work/" }]);
    t.provider.pulls.length = 0;
    await hours(t, 3);
    expect(new Set(t.provider.pulls.map(({ calendar }) => calendar))).toEqual(new Set(["/work/"]));
  });
});
