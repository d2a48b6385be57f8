import { expandTimings } from "@kalends/ical";
import type { BusySpan, EventTiming, StoredTiming, TimeRange } from "@kalends/model";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answerFreeBusy, busyKindOf, freshnessOf, mergeSpans, type FreeBusyCalendar } from "@kalends/availability";
import { gridOf, strongestFirst, type Grid, type GridCalendar } from "./brute-force-grid.ts";
import { calendarsAround } from "./random-events.ts";

/** Days on which clocks change, some at midnight and one by half an hour; the last zones never change theirs. */
const changes: [zone: string, day: string][] = [
  ["Europe/Berlin", "2026-03-29"],
  ["Europe/Berlin", "2026-10-25"],
  ["America/New_York", "2026-03-08"],
  ["America/New_York", "2026-11-01"],
  ["Africa/Cairo", "2026-04-24"],
  ["America/Santiago", "2026-09-06"],
  ["America/Santiago", "2026-04-05"],
  ["Australia/Lord_Howe", "2026-04-05"],
  ["Australia/Lord_Howe", "2026-10-04"],
  ["Asia/Kathmandu", "2026-06-01"],
];

function spansOf(calendar: GridCalendar, range: TimeRange): BusySpan[] {
  const spans: BusySpan[] = [];
  const parts = calendar.series.map((events, index): { uid: string; timing: StoredTiming } => ({ uid: `uid-${index}`, timing: { events } }));
  expandTimings(parts, range, { floatingZone: calendar.floatingZone }, (from: number, to: number, timing: EventTiming) => {
    const kind = busyKindOf(timing);
    if (kind) spans.push({ kind, from, to });
  });
  return mergeSpans(spans);
}

function drawn(periods: readonly { kind: string; from: string; to: string }[], range: TimeRange): Grid {
  const grid: Grid = new Array<string | null>((range.to - range.from) / 60_000).fill(null);
  for (const { kind, from, to } of periods) grid.fill(kind, (Date.parse(from) - range.from) / 60_000, (Date.parse(to) - range.from) / 60_000);
  return grid;
}

/** Where two grids differ first, in words; null where they are equal. */
function difference(got: Grid, wanted: Grid, range: TimeRange): string | null {
  const at = wanted.findIndex((kind, index) => kind !== got[index]);
  if (at < 0) return null;
  return `${new Date(range.from + at * 60_000).toISOString()}: got ${got[at]}, the grid says ${wanted[at]}`;
}

describe("free-busy of events", () => {
  test.each(changes)("equals a brute-force minute grid around the change of %s on %s", (zone, day) => {
    const range = { from: Date.parse(`${day}T00:00:00Z`) - 4 * 86_400_000, to: Date.parse(`${day}T00:00:00Z`) + 5 * 86_400_000 };
    fc.assert(
      fc.property(calendarsAround(zone, day), (random) => {
        const calendars = random.map((calendar, index): FreeBusyCalendar => ({
          calendarId: `c${index}`,
          accountId: `a${index % 2}`,
          spans: spansOf(calendar, range),
          coverage: range,
          freshness: freshnessOf({ calendarId: `c${index}`, lastSuccess: range.from, errorCode: null }, range.from, 0),
        }));
        const answer = answerFreeBusy({ range, whenStale: "fail", calendars });
        const grids = random.map((calendar) => gridOf(calendar, range));
        answer.calendars.forEach((one, index) => expect(difference(drawn(one.periods, range), grids[index]!, range)).toBeNull());
        const overall = grids[0]!.map((_, cell) => strongestFirst.find((kind) => grids.some((grid) => grid[cell] === kind)) ?? null);
        expect(difference(drawn(answer.merged, range), overall, range)).toBeNull();
        expect(answer.complete).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});
