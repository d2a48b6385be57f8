import fc from "fast-check";
import { expect, test } from "vitest";
import { instantTexts } from "../src/instant-texts.ts";

const farthest = 8_640_000_000_000_000;

test("every instant is written as Date writes it, whatever came before it", () => {
  const instant = fc.oneof(
    fc.integer({ min: -farthest, max: farthest }),
    fc.integer({ min: -farthest / 1_000, max: farthest / 1_000 }).map((seconds) => seconds * 1_000),
    fc.integer({ min: -3, max: 3 }).map((days) => days * 86_400_000),
    fc.constantFrom(-farthest, farthest, -62_135_596_800_000, 253_402_300_800_000),
  );
  fc.assert(fc.property(fc.array(instant), (instants) => {
    const toInstant = instantTexts();
    expect(instants.map(toInstant)).toEqual(instants.map((ms) => new Date(ms).toISOString()));
  }));
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, farthest + 1, -farthest - 1])("%s is no instant", (ms) => {
  expect(() => instantTexts()(ms)).toThrow(RangeError);
});
