import fc from "fast-check";
import { expect, test } from "vitest";
import { civilFromDays, daysFromCivil, weekdayOf } from "../src/civil/civil.ts";

/** Day number of 0000-01-01 and of 10400-01-01. */
const first = -719_528;
const last = 3_079_000;

test("every day from year 0 to 10399 follows the one before it, and goes there and back", () => {
  const before = civilFromDays(first);
  expect(before).toEqual({ year: 0, month: 1, day: 1 });
  const now = { year: 0, month: 0, day: 0 };
  let wrong = 0;
  for (let day = first + 1; day < last; day++) {
    civilFromDays(day, now);
    const next = now.day === before.day + 1 && now.month === before.month && now.year === before.year;
    const newMonth = now.day === 1 && now.month === before.month + 1 && now.year === before.year && before.day >= 28;
    const newYear = now.day === 1 && now.month === 1 && before.month === 12 && before.day === 31 && now.year === before.year + 1;
    if (!(next || newMonth || newYear) || daysFromCivil(now.year, now.month, now.day) !== day) wrong++;
    Object.assign(before, now);
  }
  expect(wrong).toBe(0);
});

test("days are those of Date", () => {
  fc.assert(
    fc.property(fc.integer({ min: first, max: 2_932_896 }), (day) => {
      const date = new Date(day * 86_400_000);
      expect(civilFromDays(day)).toEqual({ year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() });
      expect(weekdayOf(day)).toBe((date.getUTCDay() + 6) % 7);
    }),
  );
});
