import fc from "fast-check";

/** A rule as text, with the start that it goes with. */
export interface RandomRule {
  rrule: string;
  /** Wall time `YYYY-MM-DDTHH:MM:SS`. */
  start: string;
  zone: string;
}

const weekdays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

function numbers(low: number, high: number, most: number): fc.Arbitrary<string> {
  return fc.uniqueArray(fc.integer({ min: low, max: high }), { minLength: 1, maxLength: most }).map((values) => values.join(","));
}

function signed(high: number, most: number): fc.Arbitrary<string> {
  const value = fc.integer({ min: 1, max: high }).chain((n) => fc.constantFrom(n, -n));
  return fc.uniqueArray(value, { minLength: 1, maxLength: most }).map((values) => values.join(","));
}

const plainDays = fc.subarray(weekdays, { minLength: 1, maxLength: 4 }).map((days) => days.join(","));

/** All of a plain or all of a numbered BYDAY: engines disagree on mixtures. */
function byDay(highest: number): fc.Arbitrary<string> {
  const numbered = fc
    .uniqueArray(
      fc.tuple(
        fc.integer({ min: 1, max: highest }).chain((n) => fc.constantFrom(n, -n)),
        fc.constantFrom(...weekdays),
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((entries) => entries.map(([n, day]) => `${n}${day}`).join(","));
  return fc.oneof(plainDays, numbered);
}

function maybe<T>(arbitrary: fc.Arbitrary<T>, weight = 2): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined, freq: weight });
}

function textOf(parts: Record<string, string | undefined>): string {
  const named = Object.entries(parts).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return named.map(([name, value]) => `${name}=${value}`).join(";");
}

const two = (value: number): string => String(value).padStart(2, "0");

const start = fc
  .record({
    year: fc.integer({ min: 1996, max: 2027 }),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 28 }),
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.constantFrom(0, 15, 30, 45),
  })
  .map(({ year, month, day, hour, minute }) => `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:00`);

const ends: fc.Arbitrary<Record<string, string>> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Record<string, string>>({}) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 60 }).map((count) => ({ COUNT: String(count) })) },
  { weight: 1, arbitrary: fc.integer({ min: 2020, max: 2030 }).map((year) => ({ UNTIL: `${year}0615T120000Z` })) },
);

/** Rules that RFC 5545 allows, small enough that other engines answer them too. */
export const validRule: fc.Arbitrary<RandomRule> = fc
  .constantFrom("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY")
  .chain((frequency) =>
    fc.record({
      parts: fc.record({
        FREQ: fc.constant(frequency),
        INTERVAL: maybe(fc.integer({ min: 1, max: 6 }).map(String)),
        WKST: maybe(fc.constantFrom("MO", "SU", "TH"), 4),
        BYMONTH: maybe(numbers(1, 12, 4), 3),
        BYWEEKNO: frequency === "YEARLY" ? maybe(signed(53, 3), 6) : fc.constant(undefined),
        BYYEARDAY: frequency === "YEARLY" ? maybe(signed(366, 4), 6) : fc.constant(undefined),
        BYMONTHDAY: frequency === "WEEKLY" ? fc.constant(undefined) : maybe(signed(31, 4), 3),
        BYDAY: maybe(frequency === "MONTHLY" ? byDay(5) : frequency === "YEARLY" ? byDay(20) : plainDays),
        BYHOUR: maybe(numbers(0, 23, 3), 5),
        BYMINUTE: maybe(numbers(0, 59, 2), 8),
        BYSETPOS: maybe(signed(4, 2), 4),
      }),
      end: ends,
      start,
      zone: fc.constantFrom("UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago"),
    }),
  )
  // BYSETPOS needs another BY part, and BYWEEKNO forbids numbered weekdays (RFC 5545 section 3.3.10).
  .filter(({ parts }) => {
    const { FREQ: _f, INTERVAL: _i, WKST: _w, BYSETPOS, ...by } = parts;
    if (BYSETPOS !== undefined && Object.values(by).every((value) => value === undefined)) return false;
    return parts.BYWEEKNO === undefined || parts.BYDAY === undefined || !/\d/.test(parts.BYDAY);
  })
  .map(({ parts, end, start: wall, zone }) => ({ rrule: textOf({ ...parts, ...end }), start: wall, zone }));

const everything = (low: number, high: number): string => Array.from({ length: high - low + 1 }, (_, i) => low + i).join(",");

/** Rules of any parts, allowed or not, with whole lists and huge numbers: what an attacker would send. */
export const hostileRule: fc.Arbitrary<RandomRule> = fc.record({
  rrule: fc
    .record({
      FREQ: fc.constantFrom("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"),
      INTERVAL: maybe(
        fc.oneof(
          fc.integer({ min: 1, max: 40 }),
          fc.constantFrom(97, 1000, 86_399, 2_147_483_647),
        ).map(String),
      ),
      COUNT: maybe(fc.constantFrom("1", "7", "1000", "1000000", "2147483647"), 3),
      UNTIL: maybe(fc.constantFrom("20300101T000000Z", "99991231", "19700101"), 6),
      WKST: maybe(fc.constantFrom("MO", "SU"), 5),
      BYMONTH: maybe(fc.oneof(numbers(1, 12, 12), fc.constant("2"))),
      BYWEEKNO: maybe(fc.oneof(signed(53, 106), fc.constant("53")), 5),
      BYYEARDAY: maybe(fc.oneof(signed(366, 30), fc.constant("366"), fc.constant(everything(1, 366))), 5),
      BYMONTHDAY: maybe(fc.oneof(signed(31, 62), fc.constant("31"), fc.constant("30,-30"))),
      BYDAY: maybe(fc.oneof(byDay(53), fc.constant(everything(1, 53).replace(/\d+/g, (n) => `${n}MO,-${n}FR`)))),
      BYHOUR: maybe(fc.oneof(numbers(0, 23, 24), fc.constant(everything(0, 23))), 4),
      BYMINUTE: maybe(fc.oneof(numbers(0, 59, 60), fc.constant(everything(0, 59))), 4),
      BYSECOND: maybe(fc.oneof(numbers(0, 60, 61), fc.constant(everything(0, 59))), 4),
      BYSETPOS: maybe(fc.oneof(signed(366, 10), fc.constant(everything(1, 366)), fc.constant("-366")), 4),
    })
    .map(textOf),
  start: fc.oneof(start, fc.constantFrom("1970-01-01T00:00:00", "1900-02-28T23:59:59", "0001-01-01T00:00:00", "2024-02-29T02:30:00")),
  zone: fc.constantFrom("UTC", "America/New_York", "Australia/Lord_Howe"),
});
