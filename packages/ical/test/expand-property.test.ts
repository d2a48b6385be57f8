import fc from "fast-check";
import { expect, test } from "vitest";
import type { CalendarEvent, EventTiming } from "@kalends/model";
import { compileTimings, expandObjects, expandTimings, extentOf } from "../src/index.ts";
import { formatLocalIso } from "../src/civil/local-time.ts";
import { ruleText, slowExpand, type SimpleRule } from "./slow-reference.ts";

const day = 86_400_000;
const zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Sao_Paulo", "Asia/Kolkata"];

const rule: fc.Arbitrary<SimpleRule> = fc.record({
  frequency: fc.constantFrom("DAILY", "WEEKLY", "MONTHLY", "YEARLY"),
  interval: fc.integer({ min: 1, max: 5 }),
  count: fc.option(fc.integer({ min: 1, max: 60 })),
  byDay: fc.subarray(["MO", "TU", "WE", "TH", "FR", "SA", "SU"], { maxLength: 3 }),
});

const series = fc.record({
  rule,
  zone: fc.constantFrom(...zones),
  startDay: fc.integer({ min: 0, max: 1500 }),
  time: fc.integer({ min: 0, max: 95 }),
  minutes: fc.constantFrom(0, 15, 60, 26 * 60, 4 * 24 * 60),
  excluded: fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 4 }),
  windowDay: fc.integer({ min: -30, max: 900 }),
  windowDays: fc.integer({ min: 1, max: 90 }),
});

test("expansion of simple series equals a slow day-by-day reference", () => {
  fc.assert(
    fc.property(series, (given) => {
      const startWall = Date.UTC(2018, 0, 1) + given.startDay * day + given.time * 900_000;
      const range = { from: startWall + given.windowDay * day, to: startWall + (given.windowDay + given.windowDays) * day };
      const length = given.minutes * 60_000;
      const all = slowExpand(given.rule, startWall, given.zone, length, new Set(), -Infinity, startWall + 60 * day);
      const out = new Set(given.excluded.map((i) => all[i]?.[0]).filter((at) => at !== undefined));
      const expected = slowExpand(given.rule, startWall, given.zone, length, out, range.from, range.to);
      const timing: EventTiming = {
        start: { kind: "zoned", value: formatLocalIso(startWall / 1000), zone: given.zone, tzid: given.zone },
        duration: { days: 0, seconds: length / 1000 },
        rules: [ruleText(given.rule)],
        excludedTimes: [...out].map((at) => ({ kind: "utc", value: formatLocalIso(at / 1000) })),
        status: "confirmed",
        transparent: false,
        visibility: "public",
      };
      const found: [number, number][] = [];
      const result = expandTimings(
        [{ uid: "u", timing: { events: [timing] } }],
        range,
        { floatingZone: "UTC" },
        (from, to) => void found.push([from, to]),
      );
      expect(found.sort((a, b) => a[0] - b[0])).toEqual(expected);
      expect(result).toEqual({});
      const event: CalendarEvent = { uid: "u", ...timing };
      const { occurrences } = expandObjects([{ uid: "u", events: [event] }], range, { floatingZone: "UTC" });
      expect(occurrences.map(({ from, to }) => [from, to])).toEqual(expected);
      const extent = extentOf({ events: [timing] }, { floatingZone: "UTC" });
      for (const [from, to] of expected) {
        expect(extent.first).toBeLessThanOrEqual(from);
        if (extent.last !== null) expect(extent.last).toBeGreaterThanOrEqual(to);
      }
      if (given.rule.count === null) expect(extent.last).toBeNull();
    }),
    { numRuns: 150 },
  );
});

const anyRule = fc
  .record({
    FREQ: fc.constantFrom("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"),
    INTERVAL: fc.option(fc.constantFrom("1", "2", "7", "100", "2147483647"), { nil: undefined }),
    COUNT: fc.option(fc.constantFrom("1", "10", "1000000"), { nil: undefined }),
    BYMONTH: fc.option(fc.constantFrom("2", "1,7", "12"), { nil: undefined }),
    BYMONTHDAY: fc.option(fc.constantFrom("30", "31,-31", "29", "-1"), { nil: undefined }),
    BYYEARDAY: fc.option(fc.constantFrom("366", "-366,100"), { nil: undefined }),
    BYWEEKNO: fc.option(fc.constantFrom("53", "1,-1"), { nil: undefined }),
    BYDAY: fc.option(fc.constantFrom("MO", "5FR,-5SA", "53SU", "MO,TU,WE,TH,FR"), { nil: undefined }),
    BYHOUR: fc.option(fc.constantFrom("2", "0,23"), { nil: undefined }),
    BYMINUTE: fc.option(fc.constantFrom("59", "0,30"), { nil: undefined }),
    BYSECOND: fc.option(fc.constantFrom("60", "0,1"), { nil: undefined }),
    BYSETPOS: fc.option(fc.constantFrom("1", "-1,3", "366"), { nil: undefined }),
  })
  .map((parts) =>
    Object.entries(parts)
      .flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]))
      .join(";"),
  );

test("no rule of any parts hangs, throws, leaves the window or repeats an instant", () => {
  fc.assert(
    fc.property(
      anyRule,
      fc.constantFrom("UTC", "America/New_York", "Australia/Lord_Howe"),
      fc.integer({ min: 0, max: 3000 }),
      (text, zone, offset) => {
        const timing: EventTiming = {
          start: { kind: "zoned", value: "2017-10-31T02:30:00", zone, tzid: zone },
          duration: { days: 0, seconds: 600 },
          rules: [text],
          status: "confirmed",
          transparent: false,
          visibility: "public",
        };
        const from = Date.UTC(2018, 0, 1) + offset * day;
        const starts: number[] = [];
        const begin = performance.now();
        const { capped } = expandTimings(
          [{ uid: "u", timing: { events: [timing] } }],
          { from, to: from + 120 * day },
          { floatingZone: "UTC", maxResults: 500 },
          (start) => void starts.push(start),
        );
        expect(performance.now() - begin).toBeLessThan(1500);
        expect(new Set(starts).size).toBe(starts.length);
        expect(starts.length).toBeLessThanOrEqual(500);
        if (starts.length === 500) expect(capped).toBe("results");
        for (const start of starts) expect(start + 600_000 > from && start < from + 120 * day).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});

test("a calendar that is compiled once answers every window as one that is not", () => {
  const item = fc.record({
    startDay: fc.integer({ min: 0, max: 60 }),
    minutes: fc.constantFrom(0, 30, 3 * 24 * 60),
    rule: fc.option(rule),
    zone: fc.constantFrom(...zones),
    cancelled: fc.boolean(),
  });
  const window = fc.tuple(fc.integer({ min: -5, max: 70 }), fc.integer({ min: 1, max: 20 }));
  fc.assert(
    fc.property(fc.array(item, { maxLength: 12 }), fc.array(window, { minLength: 1, maxLength: 4 }), (items, windows) => {
      const begin = Date.UTC(2026, 2, 1);
      const parts = items.map(({ startDay, minutes, rule: simple, zone, cancelled }, i) => {
        const start = { kind: "zoned", value: formatLocalIso(begin / 1000 + startDay * 86_400), zone, tzid: zone } as const;
        const status = cancelled ? "cancelled" : "confirmed";
        const duration = { days: 0, seconds: minutes * 60 };
        const event: EventTiming = { start, duration, status, transparent: false, visibility: "public" };
        if (simple !== null) event.rules = [ruleText(simple)];
        return { uid: `u${i}`, timing: { events: [event] } };
      });
      const compiled = compileTimings(parts, { floatingZone: "UTC" });
      for (const [first, length] of windows) {
        const range = { from: begin + first * day, to: begin + (first + length) * day };
        const one: number[][] = [];
        const other: number[][] = [];
        compiled.visit(range, (from, to) => void one.push([from, to]));
        expandTimings(parts, range, { floatingZone: "UTC" }, (from, to) => void other.push([from, to]));
        const inOrder = (spans: number[][]): string[] => spans.map((span) => span.join(" ")).sort();
        expect(inOrder(one)).toEqual(inOrder(other));
      }
    }),
    { numRuns: 100 },
  );
});
