import { describe, expect, test } from "vitest";
import { openTestEngine } from "./open-test-engine.ts";
import { hour, sampleObject } from "./sample-object.ts";

describe("the change feed", () => {
  test("tells nothing of the end of what it never told of: events outside the window of a calendar that goes", async () => {
    const t = await openTestEngine();
    t.provider.calendar("/work/").put("/a.ics", sampleObject("a"));
    const home = t.provider.calendar("/home/");
    home.put("/far.ics", sampleObject("far", { start: hour(24 * 400), end: hour(24 * 400 + 1) }));
    home.put("/near.ics", sampleObject("near"));
    await t.connect();
    await t.organization.sync();
    t.provider.deleteCalendar("/home/");
    const head = await t.organization.changesHead();
    await t.organization.sync();
    const records = await t.organization.changes(head);
    expect(records.map(({ sequence, kind, uid }) => [sequence, kind, uid])).toEqual([
      [head + 1, "object-removed", "near"],
      [head + 2, "calendar-removed", null],
    ]);
  });

  test.each([[Number.NaN], [-1], [0.5], [2 ** 60], ["1" as never], [0, 0], [0, -1], [0, Number.NaN]])("refuses changes(%s, %s)", async (since, limit?: number) => {
    const t = await openTestEngine();
    await expect(t.organization.changes(since, limit)).rejects.toMatchObject({ code: "invalid-argument" });
  });
});

describe("occurrences", () => {
  test.each([
    ["Pacific/Honolulu", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z"],
    ["Pacific/Kiritimati", "2026-11-21T10:00:00Z", "2026-11-21T11:00:00Z"],
  ])("all-day events are found where they lie in the asked zone (%s)", async (zone, from, to) => {
    const t = await openTestEngine();
    t.provider.calendar("/work/").put("/a.ics", sampleObject("a", { start: { kind: "date", value: "2026-11-22" }, end: { kind: "date", value: "2026-11-23" } }));
    await t.connect();
    await t.organization.sync();
    const [calendar] = await t.organization.listCalendars();
    const calendarId = calendar?.id ?? "";
    expect((await t.organization.occurrences({ calendarId, zone, from, to })).occurrences).toHaveLength(1);
    expect((await t.organization.occurrences({ calendarId, from, to })).occurrences).toHaveLength(0);
  });
});
