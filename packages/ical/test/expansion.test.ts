import { describe, expect, test } from "vitest";
import type { CalendarEvent, EventTime } from "@kalends/model";
import { expandObjects, expandTimings, extentOf, storedTiming, timingOf, type ExpandOptions } from "../src/index.ts";

const zone = "Europe/Berlin";
const at = (value: string): EventTime => ({ kind: "zoned", value: `${value}:00`, zone, tzid: zone });
const date = (value: string): EventTime => ({ kind: "date", value });
const base = { uid: "u", status: "confirmed", transparent: false, visibility: "public" } as const;
const hour = { days: 0, seconds: 3600 };
const daily: CalendarEvent = { ...base, start: at("2026-03-27T09:00"), duration: hour, rules: ["FREQ=DAILY;COUNT=6"] };

function starts(events: CalendarEvent[], options: Partial<ExpandOptions> = {}, from = "2026-01-01", to = "2027-01-01"): string[] {
  const range = { from: Date.parse(from), to: Date.parse(to) };
  const expansion = expandObjects([{ uid: "u", events }], range, { floatingZone: zone, ...options });
  const visited: number[] = [];
  const object = { remoteKey: "k", revision: null, uid: "u", events };
  expandTimings(
    [{ uid: "u", timing: storedTiming(object) }],
    range,
    { floatingZone: zone, ...options },
    (start) => void visited.push(start),
  );
  expect(visited.sort((a, b) => a - b)).toEqual(expansion.occurrences.map((entry) => entry.from));
  const extent = extentOf(storedTiming(object), { floatingZone: zone });
  for (const entry of expansion.occurrences) {
    expect(extent.first).toBeLessThanOrEqual(entry.from);
    expect(extent.last ?? Infinity).toBeGreaterThanOrEqual(entry.to);
  }
  return expansion.occurrences.map((entry) => new Date(entry.from).toISOString().slice(5, 16));
}

const wallStarts = (events: CalendarEvent[]): string[] =>
  expandObjects(
    [{ uid: "u", events }],
    { from: Date.parse("2026-01-01"), to: Date.parse("2027-01-01") },
    { floatingZone: zone },
  ).occurrences.map((entry) => entry.start.value.slice(5, 16));

describe("series", () => {
  test("keep their wall time over a change of the clock", () => {
    expect(starts([daily])).toEqual(["03-27T08:00", "03-28T08:00", "03-29T07:00", "03-30T07:00", "03-31T07:00", "04-01T07:00"]);
  });

  test("an override takes the place of its instance, whatever zone names it, and a cancelled one leaves a hole", () => {
    const moved: CalendarEvent = {
      ...base,
      recurrenceId: { kind: "utc", value: "2026-03-28T08:00:00" },
      start: at("2026-04-20T12:00"),
      duration: hour,
    };
    const gone: CalendarEvent = { ...base, recurrenceId: at("2026-03-30T09:00"), start: at("2026-03-30T09:00"), status: "cancelled" };
    expect(starts([daily, moved, gone])).toEqual(["03-27T08:00", "03-29T07:00", "03-31T07:00", "04-01T07:00", "04-20T10:00"]);
    expect(starts([daily, moved, gone], { includeCancelled: true })).toHaveLength(6);
  });

  test("parts of one UID from several items are joined", () => {
    const moved: CalendarEvent = { ...base, recurrenceId: at("2026-03-28T09:00"), start: at("2026-03-28T15:00"), duration: hour };
    const { occurrences } = expandObjects(
      [
        { uid: "u", events: [moved] },
        { uid: "u", events: [daily] },
        { uid: "v", events: [{ ...daily, uid: "v" }] },
      ],
      { from: Date.parse("2026-03-28"), to: Date.parse("2026-03-29") },
      { floatingZone: zone },
    );
    expect(occurrences.map((entry) => [entry.uid, entry.start.value, entry.recurrenceId.value, entry.overridden])).toEqual([
      ["v", "2026-03-28T09:00:00", "2026-03-28T09:00:00", false],
      ["u", "2026-03-28T15:00:00", "2026-03-28T09:00:00", true],
    ]);
  });

  test("an override without its master stands alone", () => {
    expect(starts([{ ...base, recurrenceId: at("2026-03-28T09:00"), start: at("2026-03-28T15:00"), duration: hour }])).toEqual([
      "03-28T14:00",
    ]);
  });

  test("THISANDFUTURE moves its own instance and all later ones on the wall clock, until the next one", () => {
    const later: CalendarEvent = {
      ...base,
      recurrenceId: at("2026-03-28T09:00"),
      thisAndFuture: true,
      start: at("2026-03-28T11:00"),
      duration: { days: 0, seconds: 7200 },
    };
    const last: CalendarEvent = {
      ...base,
      recurrenceId: at("2026-03-31T09:00"),
      thisAndFuture: true,
      start: at("2026-04-05T08:00"),
      duration: hour,
    };
    expect(wallStarts([daily, last, later])).toEqual([
      "03-27T09:00",
      "03-28T11:00",
      "03-29T11:00",
      "03-30T11:00",
      "04-05T08:00",
      "04-06T08:00",
    ]);
    starts([daily, last, later]);
    expect(wallStarts([daily, { ...later, status: "cancelled" }])).toEqual(["03-27T09:00"]);
    // A window that only the moved instances touch finds them.
    expect(starts([daily, last], {}, "2026-04-06", "2026-04-07")).toEqual(["04-06T06:00"]);
  });

  test("EXDATE by instant, by another zone and by date; RDATE once where the rule has it too", () => {
    const excludedTimes: EventTime[] = [
      { kind: "utc", value: "2026-03-27T08:00:00" },
      date("2026-03-28"),
      { kind: "zoned", value: "2026-03-29T03:00:00", zone: "America/New_York", tzid: "America/New_York" },
    ];
    const additionalTimes = [{ start: at("2026-03-31T09:00") }, { start: at("2026-05-01T10:00"), duration: { days: 0, seconds: 60 } }];
    expect(starts([{ ...daily, excludedTimes, additionalTimes }])).toEqual(["03-30T07:00", "03-31T07:00", "04-01T07:00", "05-01T08:00"]);
    const { occurrences } = expandObjects(
      [{ uid: "u", events: [{ ...daily, additionalTimes }] }],
      { from: Date.parse("2026-05-01"), to: Date.parse("2026-05-02") },
      { floatingZone: zone },
    );
    expect(occurrences.map((entry) => entry.to - entry.from)).toEqual([60_000]);
  });

  test("RDATE without RRULE keeps the start; EXRULE takes out", () => {
    expect(
      starts([{ ...base, start: at("2026-02-01T09:00"), duration: hour, additionalTimes: [{ start: at("2026-02-03T09:00") }] }]),
    ).toEqual(["02-01T08:00", "02-03T08:00"]);
    expect(starts([{ ...daily, exclusionRules: ["FREQ=DAILY;INTERVAL=2"] }])).toEqual(["03-28T08:00", "03-30T07:00", "04-01T07:00"]);
  });

  test("the newest SEQUENCE of a master and of an override counts", () => {
    const older: CalendarEvent = { ...daily, sequence: 1, rules: ["FREQ=DAILY;COUNT=50"] };
    expect(starts([{ ...daily, sequence: 2 }, older])).toHaveLength(6);
    const override = (sequence: number, start: string): CalendarEvent => ({
      ...base,
      sequence,
      recurrenceId: at("2026-03-27T09:00"),
      start: at(start),
      duration: hour,
    });
    expect(starts([daily, override(5, "2026-03-26T09:00"), override(4, "2026-03-25T09:00")])[0]).toBe("03-26T08:00");
  });

  test("a cancelled master yields nothing, a rule that cannot be used leaves one event", () => {
    expect(starts([{ ...daily, status: "cancelled" }])).toEqual([]);
    expect(starts([{ ...daily, rules: ["FREQ=DAILY;BYMONTH=13"] }])).toEqual(["03-27T08:00"]);
    expect(starts([{ ...daily, rules: ["RSCALE=HEBREW;FREQ=YEARLY"] }])).toEqual(["03-27T08:00"]);
  });

  test("a start off the rule counts only if asked for; a gap moves forward or is left out", () => {
    const offRule: CalendarEvent = { ...daily, rules: ["FREQ=WEEKLY;BYDAY=MO;COUNT=2"] };
    expect(starts([offRule])).toEqual(["03-30T07:00", "04-06T07:00"]);
    expect(starts([offRule], { includeStart: true })).toEqual(["03-27T08:00", "03-30T07:00", "04-06T07:00"]);
    const gap: CalendarEvent = { ...daily, start: at("2026-03-28T02:30"), rules: ["FREQ=DAILY;COUNT=3"] };
    expect(starts([gap])).toEqual(["03-28T01:30", "03-29T01:30", "03-30T00:30"]);
    expect(starts([gap], { gap: "skip" })).toEqual(["03-28T01:30", "03-30T00:30", "03-31T00:30"]);
  });
});

describe("a gap with several times a day", () => {
  const york = (value: string): EventTime => ({ kind: "zoned", value, zone: "America/New_York", tzid: "America/New_York" });
  const event = (rule: string): CalendarEvent => ({ ...base, start: york("2026-03-07T02:30:00"), rules: [rule] });

  test("an instance that moves onto another one counts once, also for COUNT", () => {
    expect(starts([event("FREQ=DAILY;BYHOUR=2,3;COUNT=4")])).toEqual(["03-07T07:30", "03-07T08:30", "03-08T07:30", "03-09T06:30"]);
  });

  test("an instance that moves past a later one of the day keeps COUNT and UNTIL right", () => {
    const rule = "FREQ=DAILY;BYHOUR=2,3;BYMINUTE=15,45;COUNT=6";
    expect(starts([event(rule)])).toEqual(["03-07T07:45", "03-07T08:15", "03-07T08:45", "03-08T07:15", "03-08T07:45", "03-09T06:15"]);
    const crossed = "FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0,30;UNTIL=20260308T070000Z";
    expect(starts([event(crossed)])).toEqual(["03-07T07:30", "03-07T08:00", "03-07T08:30", "03-08T07:00"]);
    const uneven = "FREQ=DAILY;BYHOUR=2,3;BYMINUTE=10,30;BYSETPOS=2,3;COUNT=5";
    expect(starts([event(uneven)])).toEqual(["03-07T07:30", "03-07T08:10", "03-08T07:10", "03-08T07:30", "03-09T06:30"]);
  });
});

describe("lengths and ranges", () => {
  const spans = (event: CalendarEvent, from: string, to: string, floatingZone = zone): [string, string][] =>
    expandObjects([{ uid: "u", events: [event] }], { from: Date.parse(from), to: Date.parse(to) }, { floatingZone }).occurrences.map(
      (entry) => [new Date(entry.from).toISOString().slice(0, 16), new Date(entry.to).toISOString().slice(0, 16)],
    );

  test("all-day events last whole days of the reader's zone", () => {
    const event: CalendarEvent = { ...base, start: date("2026-03-29"), end: date("2026-03-30") };
    expect(spans(event, "2026-03-01", "2026-04-01")).toEqual([["2026-03-28T23:00", "2026-03-29T22:00"]]);
    expect(spans(event, "2026-03-01", "2026-04-01", "Asia/Tokyo")).toEqual([["2026-03-28T15:00", "2026-03-29T15:00"]]);
    const { end: _end, ...open } = event;
    expect(spans({ ...open, rules: ["FREQ=DAILY;COUNT=2"] }, "2026-03-01", "2026-04-01", "UTC")).toEqual([
      ["2026-03-29T00:00", "2026-03-30T00:00"],
      ["2026-03-30T00:00", "2026-03-31T00:00"],
    ]);
    expect(spans({ ...event, end: date("2026-03-29") }, "2026-03-01", "2026-04-01", "UTC")).toEqual([
      ["2026-03-29T00:00", "2026-03-30T00:00"],
    ]);
  });

  test("DTEND fixes the exact length, DURATION the nominal one", () => {
    const start = at("2026-03-28T12:00");
    expect(spans({ ...base, start, duration: { days: 1, seconds: 0 } }, "2026-03-01", "2026-04-01")).toEqual([
      ["2026-03-28T11:00", "2026-03-29T10:00"],
    ]);
    expect(
      spans({ ...base, start: at("2026-03-27T12:00"), end: start, rules: ["FREQ=DAILY;COUNT=2"] }, "2026-03-01", "2026-04-01")[1],
    ).toEqual(["2026-03-28T11:00", "2026-03-29T11:00"]);
    expect(spans({ ...base, start, end: { kind: "utc", value: "2026-03-28T10:00:00" } }, "2026-03-01", "2026-04-01")).toEqual([
      ["2026-03-28T11:00", "2026-03-28T11:00"],
    ]);
  });

  test("ranges are half-open; an instant counts where it lies inside", () => {
    const event: CalendarEvent = { ...base, start: { kind: "utc", value: "2026-03-01T10:00:00" }, duration: hour };
    expect(spans(event, "2026-03-01T11:00Z", "2026-03-02T00:00Z")).toEqual([]);
    expect(spans(event, "2026-03-01T00:00Z", "2026-03-01T10:00Z")).toEqual([]);
    expect(spans(event, "2026-03-01T10:59Z", "2026-03-01T11:00Z")).toHaveLength(1);
    const { duration: _duration, ...instant } = event;
    expect(spans(instant, "2026-03-01T10:00Z", "2026-03-01T10:01Z")).toHaveLength(1);
    expect(spans(instant, "2026-03-01T09:00Z", "2026-03-01T10:00Z")).toEqual([]);
    expect(spans({ ...instant, rules: ["FREQ=DAILY"] }, "2026-03-05T10:00Z", "2026-03-06T10:00Z")).toHaveLength(1);
  });

  test("a long event that began before the range is found, also on a series", () => {
    const event: CalendarEvent = { ...base, start: date("2026-01-01"), end: date("2026-02-15"), rules: ["FREQ=MONTHLY"] };
    expect(spans(event, "2026-08-10", "2026-08-11")).toHaveLength(2);
  });

  test("an expansion can be ended from outside, between two series", () => {
    const parts = ["a", "b", "c"].map((uid) => ({ uid, events: [{ ...daily, uid, rules: ["FREQ=DAILY;COUNT=2"] }] }));
    let asked = 0;
    const isOver = (): boolean => ++asked > 2;
    const expansion = expandObjects(parts, { from: 0, to: 4e12 }, { floatingZone: zone, isOver });
    expect(expansion.capped).toBe("time");
    expect(new Set(expansion.occurrences.map(({ uid }) => uid))).toEqual(new Set(["a", "b"]));
  });

  test("limits are said", () => {
    const range = { from: Date.parse("2026-01-01"), to: Date.parse("2027-01-01") };
    const every: CalendarEvent = { ...base, start: { kind: "utc", value: "2026-01-01T00:00:00" }, rules: ["FREQ=MINUTELY"] };
    const many = expandObjects([{ uid: "u", events: [every] }], range, { floatingZone: "UTC" });
    expect([many.occurrences.length, many.capped]).toEqual([10_000, "results"]);
    const hard: CalendarEvent = { ...every, rules: ["FREQ=SECONDLY;INTERVAL=7;BYMINUTE=1;BYSECOND=1;COUNT=100000"] };
    expect(
      expandTimings([{ uid: "u", timing: { events: [timingOf(hard)] } }], range, { floatingZone: "UTC", maxSteps: 50 }, () => {}),
    ).toEqual({ capped: "steps" });
  });
});

describe("extent", () => {
  const extent = (event: CalendarEvent): (string | null)[] => {
    const { first, last } = extentOf({ events: [timingOf(event)] }, { floatingZone: zone });
    return [new Date(first).toISOString().slice(0, 16), last === null ? null : new Date(last).toISOString().slice(0, 16)];
  };

  test("is exact for single events, wide enough for series, open for endless ones", () => {
    expect(extent({ ...base, start: at("2026-03-28T12:00"), duration: hour })).toEqual(["2026-03-28T11:00", "2026-03-28T12:00"]);
    expect(extent({ ...daily, rules: ["FREQ=DAILY"] })).toEqual(["2026-03-27T08:00", null]);
    expect(extent({ ...daily, rules: ["FREQ=MONTHLY;BYDAY=1MO;COUNT=3"] })).toEqual(["2026-03-27T08:00", "2026-06-01T08:00"]);
    expect(extent({ ...daily, rules: ["FREQ=DAILY;UNTIL=20260401T070000Z"] })).toEqual(["2026-03-27T08:00", "2026-04-01T08:00"]);
    expect(extent({ ...daily, rules: ["FREQ=MINUTELY;COUNT=1000000"] })[1]).toBeNull();
  });

  test("follows THISANDFUTURE overrides", () => {
    const master: CalendarEvent = { ...daily, rules: ["FREQ=DAILY;UNTIL=20260401T070000Z"] };
    const follower: CalendarEvent = {
      ...base,
      recurrenceId: at("2026-03-28T09:00"),
      thisAndFuture: true,
      start: at("2026-04-28T09:00"),
      duration: hour,
    };
    expect(starts([master, follower]).at(-1)).toBe("05-02T07:00");
    expect(extentOf({ events: [timingOf(master), timingOf(follower)] }, { floatingZone: zone }).last).toBeGreaterThan(
      Date.parse("2026-05-02T08:00Z") - 1,
    );
  });

  test("covers an override that was moved behind the end of its series, or before its start", () => {
    const master: CalendarEvent = { ...daily, rules: ["FREQ=DAILY;COUNT=3"] };
    const late: CalendarEvent = { ...base, recurrenceId: at("2026-03-28T09:00"), start: at("2026-09-01T09:00"), duration: hour };
    const early: CalendarEvent = { ...base, recurrenceId: at("2026-03-29T09:00"), start: at("2026-01-05T09:00"), duration: hour };
    const extents = extentOf({ events: [master, late, early].map(timingOf) }, { floatingZone: zone });
    expect(extents.last).toBe(Date.parse("2026-09-01T08:00Z"));
    expect(extents.first).toBe(Date.parse("2026-01-05T08:00Z"));
  });

  test("nothing readable gives an empty extent", () => {
    expect(extentOf({ events: [] }, { floatingZone: zone })).toEqual({ first: 0, last: 0, unresolvedZone: false });
  });
});
