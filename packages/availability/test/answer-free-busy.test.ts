import { busyKinds, type BusyKind, type BusyPeriod, type StalePolicy } from "@kalends/model";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answerFreeBusy, freshnessOf, type FreeBusyCalendar, type FreeBusyQuery } from "@kalends/availability";

const minute = 60_000;
const base = Date.parse("2026-03-29T00:00:00Z");
const at = (minutes: number): number => base + minutes * minute;
const iso = (minutes: number): string => new Date(at(minutes)).toISOString();
const range = (from: number, to: number) => ({ from: at(from), to: at(to) });

function calendar(calendarId: string, accountId: string, more: Partial<FreeBusyCalendar> = {}, state = "fresh"): FreeBusyCalendar {
  const lastSuccess = { fresh: at(0), stale: at(-500), never: null }[state]!;
  const freshness = freshnessOf({ calendarId, lastSuccess, errorCode: null }, at(0), 10 * minute);
  return { calendarId, accountId, spans: [], coverage: range(-10_000, 10_000), freshness, ...more };
}

const busy = (from: number, to: number) => ({ kind: "busy" as const, ...range(from, to) });
const period = (kind: BusyKind, from: number, to: number): BusyPeriod => ({ kind, from: iso(from), to: iso(to) });

describe("answerFreeBusy", () => {
  test("answers per calendar, per account and for all, cut to the range", () => {
    const answer = answerFreeBusy({
      range: range(0, 100),
      whenStale: "fail",
      calendars: [
        calendar("home", "ann", { spans: [busy(-10, 5), busy(90, 200), busy(100, 120)] }),
        calendar("club", "ben", { spans: [{ kind: "tentative", ...range(0, 30) }] }),
        calendar("work", "ann", { spans: [busy(5, 10)] }),
      ],
    });
    expect(answer.calendars.map((one) => [one.calendarId, one.periods])).toEqual([
      ["home", [period("busy", 0, 5), period("busy", 90, 100)]],
      ["club", [period("tentative", 0, 30)]],
      ["work", [period("busy", 5, 10)]],
    ]);
    expect(answer.accounts).toEqual([
      { accountId: "ann", periods: [period("busy", 0, 10), period("busy", 90, 100)], complete: true },
      { accountId: "ben", periods: [period("tentative", 0, 30)], complete: true },
    ]);
    expect(answer.merged).toEqual([period("busy", 0, 10), period("tentative", 10, 30), period("busy", 90, 100)]);
    expect(answer.complete).toBe(true);
  });

  test("fail names every calendar that is not known well enough, and why", () => {
    const calendars = [
      calendar("good", "ann"),
      calendar("old", "ann", {}, "stale"),
      calendar("new", "ann", { coverage: null }, "never"),
      calendar("short", "ann", { coverage: range(0, 50) }),
    ];
    calendars[1]!.freshness.errorCode = "network-timeout";
    const ask = (): unknown => answerFreeBusy({ range: range(0, 100), whenStale: "fail", calendars });
    expect(ask).toThrowError(expect.objectContaining({ code: "calendar-stale" }));
    expect(ask).toThrowError(
      `Not known well enough for a free-busy answer: old (last synced at ${iso(-500)}, last error network-timeout), ` +
        `new (never synced), short (stored only from ${iso(0)} to ${iso(50)})`,
    );
    const many = Array.from({ length: 13 }, (_, index) => calendar(`c${index}`, "ann", {}, "stale"));
    expect(() => answerFreeBusy({ range: range(0, 1), whenStale: "fail", calendars: many })).toThrowError(/c9 .* and 3 more$/);
  });

  test("treat-as-busy fills a stale calendar wholly and a short one outside its window; ignore leaves both as stored", () => {
    const calendars = [
      calendar("old", "ann", { spans: [{ kind: "out-of-office", ...range(10, 20) }] }, "stale"),
      calendar("short", "ben", { coverage: range(30, 60), spans: [busy(40, 50)] }),
    ];
    const filled = answerFreeBusy({ range: range(0, 100), whenStale: "treat-as-busy", calendars });
    expect(filled.calendars[0]!.periods).toEqual([period("busy", 0, 10), period("out-of-office", 10, 20), period("busy", 20, 100)]);
    expect(filled.calendars[1]!.periods).toEqual([period("busy", 0, 30), period("busy", 40, 50), period("busy", 60, 100)]);
    const ignored = answerFreeBusy({ range: range(0, 100), whenStale: "ignore", calendars });
    expect(ignored.calendars.map((one) => one.periods)).toEqual([[period("out-of-office", 10, 20)], [period("busy", 40, 50)]]);
    for (const answer of [filled, ignored]) {
      expect([answer.complete, answer.accounts.map((one) => one.complete)]).toEqual([false, [false, false]]);
      expect(answer.calendars[0]!.freshness).toMatchObject({ state: "stale", lastSuccess: iso(-500), ageMs: 500 * minute });
    }
  });

  test("refuses an empty range, and calls an answer about nobody incomplete", () => {
    expect(() => answerFreeBusy({ range: range(5, 5), whenStale: "ignore", calendars: [] })).toThrowError(
      expect.objectContaining({ code: "invalid-argument" }),
    );
    expect(answerFreeBusy({ range: range(0, 5), whenStale: "fail", calendars: [] })).toMatchObject({ merged: [], complete: false });
  });

  test("equals a brute-force minute grid over random calendars, spans, windows and policies", () => {
    fc.assert(fc.property(questions(), compareWithGrid), { numRuns: 500 });
  });
});

describe("freshnessOf", () => {
  const state = (lastSuccess: number | null) => freshnessOf({ calendarId: "c", lastSuccess, errorCode: "rate-limited" }, at(0), 10 * minute);

  test("is fresh up to the limit, stale beyond, never without a success", () => {
    expect(state(at(-10))).toEqual({ calendarId: "c", state: "fresh", lastSuccess: iso(-10), ageMs: 10 * minute, errorCode: "rate-limited" });
    expect(state(at(-10) - 1)).toMatchObject({ state: "stale", ageMs: 10 * minute + 1 });
    expect(state(null)).toEqual({ calendarId: "c", state: "never", lastSuccess: null, ageMs: null, errorCode: "rate-limited" });
  });

  test("does not believe a success in the far future", () => {
    expect(state(at(9))).toMatchObject({ state: "fresh", ageMs: 0 });
    expect(state(at(11))).toMatchObject({ state: "stale", ageMs: 0 });
  });
});

// The grid: one cell per minute, filled by the plainest code that states the rule. It shares nothing with the package.

const strongestFirst = ["out-of-office", "busy", "unknown", "tentative", "working-elsewhere"];

function questions(): fc.Arbitrary<FreeBusyQuery> {
  const minutes = fc.integer({ min: -60, max: 300 });
  const span = fc.record({ kind: fc.constantFrom(...busyKinds), from: minutes, length: fc.integer({ min: 0, max: 120 }) });
  const window = fc.option(fc.record({ from: fc.integer({ min: -60, max: 120 }), length: fc.integer({ min: 1, max: 400 }) }), { freq: 5 });
  const one = fc.record({
    accountId: fc.constantFrom("ann", "ben", "cleo"),
    state: fc.constantFrom("fresh", "fresh", "fresh", "stale", "never"),
    wide: fc.boolean(),
    window,
    spans: fc.array(span, { maxLength: 12 }),
  });
  return fc
    .record({
      from: fc.integer({ min: -30, max: 120 }),
      length: fc.integer({ min: 1, max: 240 }),
      whenStale: fc.constantFrom<StalePolicy>("fail", "treat-as-busy", "ignore"),
      calendars: fc.array(one, { minLength: 1, maxLength: 5 }),
    })
    .map(({ from, length, whenStale, calendars }) => ({
      range: range(from, from + length),
      whenStale,
      calendars: calendars.map((each, index) =>
        calendar(
          `c${index}`,
          each.accountId,
          {
            spans: each.spans.map(({ kind, from: start, length: lasts }) => ({ kind, ...range(start, start + lasts) })),
            coverage: each.wide ? range(-100, 1000) : each.window && range(each.window.from, each.window.from + each.window.length),
          },
          each.state,
        ),
      ),
    }));
}

type Cell = string | null;

function compareWithGrid(question: FreeBusyQuery): void {
  const cells: number[] = [];
  for (let cell = question.range.from; cell < question.range.to; cell += minute) cells.push(cell);
  const known = (one: FreeBusyCalendar, cell: number): boolean =>
    one.freshness.state === "fresh" && one.coverage !== null && one.coverage.from <= cell && cell < one.coverage.to;
  const kindsAt = (one: FreeBusyCalendar, cell: number): string[] => [
    ...one.spans.filter((span) => span.from <= cell && cell < span.to).map((span) => span.kind),
    ...(question.whenStale === "treat-as-busy" && !known(one, cell) ? ["busy"] : []),
  ];
  const line = (calendars: readonly FreeBusyCalendar[]): Cell[] =>
    cells.map((cell) => {
      const kinds = calendars.flatMap((one) => kindsAt(one, cell));
      return strongestFirst.find((kind) => kinds.includes(kind)) ?? null;
    });
  const complete = (calendars: readonly FreeBusyCalendar[]): boolean => calendars.every((one) => cells.every((cell) => known(one, cell)));

  if (question.whenStale === "fail" && !complete(question.calendars)) {
    const wanting = question.calendars.filter((one) => !complete([one])).map((one) => one.calendarId);
    expect(() => answerFreeBusy(question)).toThrowError(
      expect.objectContaining({ code: "calendar-stale", message: expect.stringMatching(wanting.map((id) => `${id} \\(`).join(".*")) }),
    );
    return;
  }
  const answer = answerFreeBusy(question);
  expect(answer.complete).toBe(complete(question.calendars));
  expect(answer.calendars.map((one) => one.calendarId)).toEqual(question.calendars.map((one) => one.calendarId));
  expect(new Set(answer.accounts.map((one) => one.accountId))).toEqual(new Set(question.calendars.map((one) => one.accountId)));
  answer.calendars.forEach((one, index) => {
    const asked = [question.calendars[index]!];
    expect([drawn(one.periods, cells), one.complete]).toEqual([line(asked), complete(asked)]);
  });
  for (const one of answer.accounts) {
    const asked = question.calendars.filter((each) => each.accountId === one.accountId);
    expect([drawn(one.periods, cells), one.complete]).toEqual([line(asked), complete(asked)]);
  }
  expect(drawn(answer.merged, cells)).toEqual(line(question.calendars));
}

/** The periods as cells; fails where they are not whole, disjoint, ordered, inside the range and joined. */
function drawn(periods: readonly BusyPeriod[], cells: readonly number[]): Cell[] {
  const grid: Cell[] = cells.map(() => null);
  let last: { kind: string; to: number } = { kind: "", to: cells[0]! };
  for (const { kind, from, to } of periods) {
    const [start, end] = [Date.parse(from), Date.parse(to)];
    expect(start).toBeGreaterThanOrEqual(last.to);
    expect(start === last.to && kind === last.kind).toBe(false);
    expect(end).toBeGreaterThan(start);
    expect(end).toBeLessThanOrEqual(cells.at(-1)! + minute);
    grid.fill(kind, (start - cells[0]!) / minute, (end - cells[0]!) / minute);
    last = { kind, to: end };
  }
  return grid;
}
