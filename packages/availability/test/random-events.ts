import type { EventTime, EventTiming } from "@kalends/model";
import fc from "fast-check";
import { wallDates, type GridCalendar, type Rule } from "./brute-force-grid.ts";

const day = 86_400_000;
const minute = 60_000;
type TimeKind = EventTime["kind"];

/** Wall time (ms as if in UTC) as an event time of a kind. */
function timeOf(kind: TimeKind, wall: number, zone: string): EventTime {
  const text = new Date(wall).toISOString().slice(0, 19);
  if (kind === "date") return { kind, value: text.slice(0, 10) };
  return kind === "zoned" ? { kind, value: text, zone, tzid: zone } : { kind, value: text };
}

const flags = fc.record(
  {
    status: fc.constantFrom<EventTiming["status"]>("confirmed", "confirmed", "tentative", "cancelled"),
    transparent: fc.constantFrom(false, false, false, true),
    visibility: fc.constantFrom<EventTiming["visibility"]>("public", "private"),
    showAs: fc.constantFrom<NonNullable<EventTiming["showAs"]>>("busy", "free", "out-of-office", "working-elsewhere", "tentative", "unknown"),
    participation: fc.constantFrom<NonNullable<EventTiming["participation"]>>("accepted", "declined", "tentative", "needs-action"),
  },
  { requiredKeys: ["status", "transparent", "visibility"] },
);

const rule: fc.Arbitrary<Rule> = fc.record({
  frequency: fc.constantFrom("DAILY", "WEEKLY", "MONTHLY"),
  interval: fc.integer({ min: 1, max: 3 }),
  weekdays: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 4 }),
  monthDay: fc.integer({ min: 1, max: 31 }),
  count: fc.option(fc.integer({ min: 1, max: 30 })),
});

const weekdayNames = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

function ruleText({ frequency, interval, weekdays, monthDay, count }: Rule): string {
  const by = { DAILY: "", WEEKLY: `;BYDAY=${weekdays.map((weekday) => weekdayNames[weekday]).join(",")}`, MONTHLY: `;BYMONTHDAY=${monthDay}` };
  return `FREQ=${frequency};INTERVAL=${interval}${by[frequency]}${count === null ? "" : `;COUNT=${count}`}`;
}

const length = fc.record({
  how: fc.constantFrom("end", "end", "duration", "none"),
  days: fc.constantFrom(0, 0, 0, 1, 2),
  minutes: fc.integer({ min: 0, max: 300 }),
});

function withLength(kind: TimeKind, wall: number, zone: string, { how, days, minutes }: { how: string; days: number; minutes: number }): object {
  if (how === "none") return {};
  if (how === "end") return { end: timeOf(kind, wall + (kind === "date" ? (days + 1) * day : days * day + minutes * minute), zone) };
  return { duration: kind === "date" ? { days: days + 1, seconds: 0 } : { days, seconds: minutes * 60 } };
}

function series(zone: string, changeDay: string): fc.Arbitrary<{ events: EventTiming[]; rule: Rule | null }> {
  const change = Date.parse(`${changeDay}T00:00:00Z`);
  return fc
    .record({
      kind: fc.constantFrom<TimeKind>("zoned", "zoned", "zoned", "date", "floating", "utc"),
      dayOffset: fc.integer({ min: -25, max: 4 }),
      // Most clocks change between midnight and three.
      minuteOfDay: fc.oneof(fc.constantFrom(0, 30, 60, 90, 105, 120, 150), fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 1439 })),
      length,
      rule: fc.option(rule),
      flags,
      excluded: fc.array(fc.nat({ max: 12 }), { maxLength: 3 }),
      overrides: fc.uniqueArray(
        fc.record({ index: fc.nat({ max: 12 }), move: fc.integer({ min: -3000, max: 3000 }), length, flags }),
        { maxLength: 3, selector: ({ index }) => index },
      ),
    })
    .map((random) => {
      const wall = change + random.dayOffset * day + (random.kind === "date" ? 0 : random.minuteOfDay * minute);
      const start = timeOf(random.kind, wall, zone);
      const master: EventTiming = { start, ...withLength(random.kind, wall, zone, random.length), ...random.flags };
      if (!random.rule) return { events: [master], rule: null };
      const walls = wallDates(wall, random.rule, change + 6 * day);
      const excluded = new Set(random.excluded.map((index) => walls[index]).filter((one) => one !== undefined));
      master.rules = [ruleText(random.rule)];
      master.excludedTimes = [...excluded].map((one) => timeOf(random.kind, one, zone));
      const overrides = random.overrides
        .filter(({ index }) => walls[index] !== undefined && !excluded.has(walls[index]))
        .map(({ index, move, length: lasts, flags: own }): EventTiming => {
          const moved = walls[index]! + (random.kind === "date" ? Math.trunc(move / 1440) * day : move * minute);
          const recurrenceId = timeOf(random.kind, walls[index]!, zone);
          return { recurrenceId, start: timeOf(random.kind, moved, zone), ...withLength(random.kind, moved, zone, lasts), ...own };
        });
      return { events: [master, ...overrides], rule: random.rule };
    });
}

/** One to three calendars with events near a day on which a zone changes its clocks. */
export function calendarsAround(zone: string, changeDay: string): fc.Arbitrary<GridCalendar[]> {
  const calendar = fc
    .record({ floatingZone: fc.constantFrom(zone, "Europe/London", "Asia/Kolkata"), all: fc.array(series(zone, changeDay), { maxLength: 5 }) })
    .map(({ floatingZone, all }) => ({ floatingZone, series: all.map(({ events }) => events), rules: all.map((one) => one.rule) }));
  return fc.array(calendar, { minLength: 1, maxLength: 3 });
}
