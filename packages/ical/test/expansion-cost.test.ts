import { describe, expect, test } from "vitest";
import { compileRule, expandRule, readRule, type RuleOutput } from "../src/index.ts";
import { parseLocalIso } from "../src/civil/local-time.ts";
import { ianaZoneTable } from "../src/zones/iana-zone.ts";

const zone = ianaZoneTable("America/New_York");
const from = Date.UTC(2026, 10, 1) / 1000;
const to = from + 90 * 86_400;

function look(rule: string, start: string): Required<Pick<RuleOutput, "steps">> & RuleOutput {
  const read = readRule(rule).rule;
  if (read === null) throw new Error("the rule is not valid");
  const out = { starts: [], capped: undefined, steps: 0 };
  expandRule(compileRule(read, { wall: parseLocalIso(start), zone, dateOnly: false, wallUntil: false }, false), from, to, out);
  return out;
}

describe("a series begun in 1970 costs the same as one begun last week", () => {
  // Each pair of starts lies a whole number of the rule's own periods apart.
  test.each([
    ["FREQ=DAILY", "1970-01-01T09:00:00", "2026-10-25T09:00:00"],
    ["FREQ=DAILY;COUNT=1000000", "1970-01-01T09:00:00", "2026-10-25T09:00:00"],
    ["FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "1970-01-05T09:00:00", "2026-10-26T09:00:00"],
    ["FREQ=WEEKLY", "1970-01-05T09:00:00", "2026-10-26T09:00:00"],
    ["FREQ=WEEKLY;BYDAY=MO,WE;COUNT=1000000", "1970-01-05T09:00:00", "2026-10-26T09:00:00"],
    ["FREQ=WEEKLY;BYMONTH=11,12;BYDAY=TU,TH", "1970-01-06T09:00:00", "2026-10-27T09:00:00"],
    ["FREQ=MONTHLY", "1970-01-15T09:00:00", "2026-10-15T09:00:00"],
    ["FREQ=MONTHLY;COUNT=1000000", "1970-01-15T09:00:00", "2026-10-15T09:00:00"],
    ["FREQ=MONTHLY;BYMONTHDAY=31", "1970-01-31T09:00:00", "2026-10-31T09:00:00"],
    ["FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "1970-01-30T09:00:00", "2026-10-30T09:00:00"],
    ["FREQ=YEARLY;COUNT=1000000", "1970-11-20T09:00:00", "2025-11-20T09:00:00"],
    ["FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "1970-10-20T09:00:00", "2026-10-20T09:00:00"],
    ["FREQ=HOURLY;INTERVAL=3", "1970-01-01T09:00:00", "2026-10-25T09:00:00"],
    ["FREQ=MINUTELY;INTERVAL=30;BYHOUR=9,10", "1970-01-01T09:00:00", "2026-10-25T09:00:00"],
  ])("%s", (rule, long, short) => {
    const old = look(rule, long);
    const young = look(rule, short);
    expect(old.starts.length).toBeGreaterThan(0);
    // The young series may begin inside what a seek looks at before the window: a few periods, never the 56 years.
    expect(Math.abs(old.steps - young.steps)).toBeLessThan(100);
    expect(old.steps).toBeLessThan(30_000);
  });

  test("counted: a series that must be counted through really takes more steps", () => {
    const rule = "FREQ=MONTHLY;BYDAY=2TU;COUNT=10000";
    expect(look(rule, "1970-01-13T09:00:00").steps).toBeGreaterThan(look(rule, "2026-10-13T09:00:00").steps + 500);
  });
});

describe("no rule is walked without end", () => {
  test.each([
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31",
    "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31;BYMONTH=4",
    "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
    "FREQ=YEARLY;BYYEARDAY=60;BYMONTH=12",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=WEEKLY;INTERVAL=100;BYMONTH=2;BYDAY=MO;COUNT=1",
    `FREQ=YEARLY;BYDAY=${Array.from({ length: 53 }, (_, i) => `${i + 1}MO,-${i + 1}TU`).join(",")};BYMONTHDAY=31;BYMONTH=2`,
  ])("%s has no instance, and that is proved before the limit", (rule) => {
    const out = { starts: [], capped: undefined, steps: 0 };
    const read = readRule(rule).rule;
    if (read === null) throw new Error("the rule is not valid");
    const compiled = compileRule(read, { wall: parseLocalIso("2026-04-30T09:00:00"), zone, dateOnly: false, wallUntil: false }, false);
    expandRule(compiled, -Infinity, Infinity, out);
    if (!rule.includes("COUNT")) expect(out.starts).toEqual([]);
    expect(out.capped).toBeUndefined();
    expect(out.steps).toBeLessThan(200_000);
  });

  test("every second of every day is cut at the limit, not counted through", () => {
    const all = (n: number): string => Array.from({ length: n }, (_, i) => i).join(",");
    for (const frequency of ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"]) {
      const rule = `FREQ=${frequency};BYHOUR=${all(24)};BYMINUTE=${all(60)};BYSECOND=${all(60)};COUNT=2000000000`;
      const out = look(rule, "1970-01-01T09:00:00");
      expect(out.capped, frequency).toBe("steps");
      expect(out.steps).toBeLessThan(1_000_000);
    }
  });
});
