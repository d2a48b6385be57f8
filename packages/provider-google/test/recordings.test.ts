import { describe, expect, test } from "vitest";
import { expandObjects } from "@kalends/ical";
import { readShared } from "./shared-data.ts";
import { credential, pullObjects, pullPass, scriptedGoogle } from "./scripted-google.ts";

/** The first object below `value` whose `kind` is that of a list of events. */
function eventsIn(value: unknown): Record<string, unknown> {
  const found = JSON.stringify(value, (_key, inner: unknown) => inner);
  const search = (inner: unknown): Record<string, unknown> | null => {
    if (typeof inner !== "object" || inner === null) return null;
    const record = inner as Record<string, unknown>;
    if (record["kind"] === "calendar#events") return record;
    for (const next of Object.values(record)) {
      const hit = search(next);
      if (hit !== null) return hit;
    }
    return null;
  };
  const list = search(JSON.parse(found));
  if (list === null) throw new Error("No list of events in the recording");
  return list;
}

describe("recorded answers of Google", () => {
  test("a daily series with one instance that was moved", async (context) => {
    const recording = readShared("recordings", "google", "compass-edit-single-single.instance-2.json");
    if (recording === null) return context.skip("the shared recordings are not here");
    const { provider } = scriptedGoogle(() => ({ json: eventsIn(recording) }));
    const [object, ...others] = await pullObjects(provider);
    expect(others).toEqual([]);
    expect(object).toMatchObject({
      remoteKey: "0e6062d5un60i5sn2m9et69c27",
      uid: "0e6062d5un60i5sn2m9et69c27@google.com",
      events: [
        { start: { kind: "zoned", value: "2025-03-24T07:30:00", zone: "America/Chicago" }, rules: ["FREQ=DAILY"], content: { title: "🍽️ Dishes" } },
        {
          recurrenceId: { kind: "zoned", value: "2025-03-26T07:30:00", zone: "America/Chicago" },
          start: { kind: "zoned", value: "2025-03-26T20:45:00", zone: "America/Chicago" },
          content: { title: "🌙 Dishes-Edited One", description: "changed time from morning to night" },
        },
      ],
    });
    const range = { from: Date.parse("2025-03-24T00:00:00Z"), to: Date.parse("2025-03-28T00:00:00Z") };
    const { occurrences } = expandObjects(object === undefined ? [] : [object], range, { floatingZone: "America/Chicago" });
    expect(occurrences.map(({ from }) => new Date(from).toISOString().slice(0, 16)).sort()).toEqual(["2025-03-24T12:30", "2025-03-25T12:30", "2025-03-27T01:45", "2025-03-27T12:30"]);
  });

  test("an offset of another zone than the event's own is an instant, not a wall time", async (context) => {
    const recording = readShared("recordings", "google", "compass-event-timed.json") as { timed: unknown[] } | null;
    if (recording === null) return context.skip("the shared recordings are not here");
    const { provider } = scriptedGoogle(() => ({ json: { items: recording.timed, nextSyncToken: "s" } }));
    const objects = await pullObjects(provider);
    expect(objects).toHaveLength(recording.timed.length);
    // 13:00-06:00 was written for Denver; the meeting is at two o'clock in Chicago.
    expect(objects[0]?.events[0]?.start).toEqual({ kind: "zoned", value: "2012-10-26T14:00:00", zone: "America/Chicago", tzid: "America/Chicago" });
  });

  test("every other recorded event is read, cancelled ones as gone", async (context) => {
    const names = ["compass-create-create", "compass-edit-single-single.instance-1", "compass-edit-single-single.instance-3", "libgdata-query-events"];
    const lists = names.map((name) => readShared("recordings", "google", `${name}.json`));
    if (lists.includes(null)) return context.skip("the shared recordings are not here");
    for (const list of lists) {
      const { provider } = scriptedGoogle(() => ({ json: eventsIn(list) }));
      const pages = await pullPass(provider);
      expect(pages.flatMap(({ quarantined }) => quarantined)).toEqual([]);
      expect(pages.flatMap(({ objects }) => objects).length).toBeGreaterThan(0);
    }
    const allDay = readShared("recordings", "google", "compass-event-allday.json") as { allday: unknown[] };
    const { provider } = scriptedGoogle(() => ({ json: { items: allDay.allday, nextSyncToken: "s" } }));
    expect((await pullObjects(provider))[0]?.events[0]).toMatchObject({ start: { kind: "date", value: "2022-02-22" }, end: { kind: "date", value: "2022-02-23" }, transparent: true });
  });

  test("cancelled entries of a delta: an instance brings its series, a bare id is gone", async (context) => {
    const recording = readShared("recordings", "google", "compass-event-cancelled.json") as { cancelled: { id: string }[] } | null;
    if (recording === null) return context.skip("the shared recordings are not here");
    const master = { id: "tlf9q8uk5vjl2i2868q36dpi28", etag: '"9"', iCalUID: "u1", recurrence: ["RRULE:FREQ=WEEKLY"], start: { dateTime: "2013-05-01T16:00:00-06:00", timeZone: "America/Denver" }, end: { dateTime: "2013-05-01T17:00:00-06:00", timeZone: "America/Denver" } };
    const { provider, requests } = scriptedGoogle(({ path, query }) => {
      if (path.endsWith(master.id)) return { json: master };
      if (query.has("iCalUID")) return { json: { items: [master, recording.cancelled[0]], nextSyncToken: "x" } };
      return query.has("syncToken") ? { json: { items: recording.cancelled, nextSyncToken: "s2" } } : { json: { items: [], nextSyncToken: "s1" } };
    });
    const cursor = (await pullPass(provider)).at(-1)?.nextCursor ?? null;
    const pages = await pullPass(provider, { cursor });
    expect(pages.flatMap(({ removed }) => removed)).toEqual(["0cu25g99pfkhlfarupevcjc297_20211123T170000Z"]);
    expect(pages.flatMap(({ objects }) => objects)).toMatchObject([
      { remoteKey: master.id, events: [{ rules: ["FREQ=WEEKLY"], excludedTimes: [{ kind: "zoned", value: "2013-05-08T16:00:00", zone: "America/Denver" }] }] },
    ]);
    expect(requests).toHaveLength(4);
  });

  test("the calendar list", async (context) => {
    const recording = readShared("recordings", "google", "compass-calendarlist.json") as { gcalCalendarList: { items: { id: string }[] } } | null;
    if (recording === null) return context.skip("the shared recordings are not here");
    const { provider } = scriptedGoogle(() => ({ json: recording.gcalCalendarList }));
    const calendars = await provider.listCalendars({ endpoint: {}, credential: credential() });
    // The recording was scrubbed: two of its calendars have one id now.
    expect(calendars).toHaveLength(new Set(recording.gcalCalendarList.items.map(({ id }) => id)).size);
    expect(calendars[0]).toEqual({ remoteKey: "p#weather@group.v.calendar.google.com", name: "Weather", color: "#42d692", timeZone: "America/Chicago", readOnly: true, hints: { access: "reader", selected: "yes", timeZone: "America/Chicago" } });
    expect(calendars.find(({ name }) => name === "Contacts")).toMatchObject({ readOnly: true });
    expect(calendars.filter(({ hints }) => hints["primary"] === "yes")).toHaveLength(1);
  });
});
