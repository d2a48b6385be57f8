import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blocksOf, usualHours } from "../public/week-blocks.js";
import { dateOf, rowLabels, rowOf, startOfDate, weekDays, weekOf } from "../public/zone-days.js";

const hour = 3_600_000;
const hoursOf = (first: string, zone: string): number[] =>
  weekDays(first, zone).days.map((day) => (day.to - day.from) / hour);

describe("days of a zone", () => {
  test("are 23, 24 or 25 hours long, or half an hour off on Lord Howe", () => {
    expect(hoursOf("2026-03-23", "Europe/London")).toEqual([24, 24, 24, 24, 24, 24, 23]);
    expect(hoursOf("2026-10-19", "Europe/London")).toEqual([24, 24, 24, 24, 24, 24, 25]);
    expect(hoursOf("2026-10-26", "America/New_York")).toEqual([24, 24, 24, 24, 24, 24, 25]);
    expect(hoursOf("2026-09-28", "Australia/Lord_Howe")).toEqual([24, 24, 24, 24, 24, 24, 23.5]);
    expect(hoursOf("2026-11-16", "Asia/Tokyo")).toEqual([24, 24, 24, 24, 24, 24, 24]);
  });

  test("begin at one o'clock where midnight does not exist", () => {
    expect(new Date(startOfDate("2018-11-04", "America/Sao_Paulo")).toISOString()).toBe("2018-11-04T03:00:00.000Z");
    const week = weekDays("2018-10-29", "America/Sao_Paulo");
    expect(week.days[6].voids).toEqual([{ from: 0, to: 60 }]);
    expect(rowOf(week.days[6].from, week.days[6], week)).toBe(60);
  });

  test("start their week where they are told to", () => {
    expect([weekOf("2026-11-20", "monday"), weekOf("2026-11-20", "sunday"), weekOf("2026-11-20", "saturday")]).toEqual([
      "2026-11-16",
      "2026-11-15",
      "2026-11-14",
    ]);
    expect(weekOf("2026-11-16", "monday")).toBe("2026-11-16");
  });
});

describe("rows", () => {
  test("give the repeated hour a row of its own, which the other days leave out", () => {
    const week = weekDays("2026-10-19", "Europe/London");
    expect(week.minutes).toBe(1500);
    const labels = rowLabels(week).map(({ text, isSecond }) => `${text}${isSecond ? "+" : ""}`);
    expect(labels.slice(0, 4)).toEqual(["00:00", "01:00", "01:00+", "02:00"]);
    const sunday = week.days[6];
    expect([1, 2, 3].map((elapsed) => rowOf(sunday.from + elapsed * hour, sunday, week))).toEqual([60, 120, 180]);
    expect(sunday.voids).toEqual([]);
    const monday = week.days[0];
    expect(monday.voids).toEqual([{ from: 120, to: 180 }]);
    expect([1, 3, 24].map((elapsed) => rowOf(monday.from + elapsed * hour, monday, week))).toEqual([60, 240, 1500]);
  });

  test("leave out the hour that the clocks skip", () => {
    const week = weekDays("2026-03-23", "Europe/London");
    const sunday = week.days[6];
    expect([week.minutes, sunday.voids]).toEqual([1440, [{ from: 60, to: 120 }]]);
    expect([0.5, 1, 23].map((elapsed) => rowOf(sunday.from + elapsed * hour, sunday, week))).toEqual([30, 120, 1440]);
  });

  test("are where the wall clock of any zone says, for any instant", () => {
    const zones = ["Europe/London", "America/New_York", "America/Sao_Paulo", "Asia/Tokyo", "Asia/Kathmandu", "Australia/Lord_Howe"];
    zones.push("Africa/Casablanca", "Africa/Cairo");
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2028, 0) }), (zone, instant) => {
        const week = weekDays(weekOf(dateOf(instant, zone), "monday"), zone);
        const day = week.days.find((one) => instant >= one.from && instant < one.to);
        expect(day?.date).toBe(dateOf(instant, zone));
        if (!day) return;
        const fields = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
        const wall = new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...fields }).format(instant);
        const [hours = 0, minutes = 0] = wall.split(":").map(Number);
        const row = Math.floor(rowOf(instant, day, week));
        const isInRepeat = week.fold !== null && row >= week.fold.start + week.fold.length;
        expect(row - (isInRepeat ? (week.fold?.length ?? 0) : 0)).toBe(hours * 60 + minutes);
      }),
      { numRuns: 150 },
    );
  });
});

describe("blocks", () => {
  test("are cut at midnight and know whole days", () => {
    const week = weekDays("2026-11-16", "Europe/London");
    const periods = [{ kind: "busy", from: "2026-11-15T20:00:00Z", to: "2026-11-18T06:00:00Z" }];
    const cut = blocksOf(periods, week).map((block) => [block.day, block.top, block.bottom, block.isWholeDay, block.isFirst, block.isLast]);
    expect(cut).toEqual([
      [0, 0, 1440, true, false, false],
      [1, 0, 1440, true, false, false],
      [2, 0, 360, false, false, true],
    ]);
  });

  test("usual hours follow the person's own wall clock across a change of the clocks", () => {
    const week = weekDays("2026-10-26", "Asia/Tokyo");
    const starts = usualHours(week, "America/New_York").map(({ from }) => from);
    expect(starts).toContain("2026-10-30T13:00:00.000Z");
    expect(starts).toContain("2026-11-02T14:00:00.000Z");
    expect(usualHours(week, "America/New_York").every(({ from }) => ![0, 6].includes(new Date(from).getUTCDay()))).toBe(true);
  });
});
