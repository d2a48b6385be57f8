import { describe, expect, test } from "vitest";
import { fakeClock } from "@kalends/testing";
import { holdLease } from "../src/schedule/hold-lease.ts";

describe("a held lease", () => {
  test("is renewed every third of it, goes on over faults of the store, and is lost at the first no", async () => {
    const clock = fakeClock("2026-11-20T08:00:00Z");
    const answers = [true, new Error("away"), new Error("away"), true, false, true];
    const beats: number[] = [];
    const from = clock.now();
    const held = holdLease(clock, 30_000, () => {
      beats.push(clock.now() - from);
      const answer = answers.shift();
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer === true);
    });
    await clock.advance(45_000);
    expect(held.lost.aborted).toBe(false);
    for (let more = 0; more < 10; more += 1) await clock.advance(10_000);
    expect(beats).toEqual([10_000, 20_000, 30_000, 40_000, 50_000]);
    expect(held.lost.aborted).toBe(true);
  });

  test("is not renewed after its end, and an answer that comes then says nothing", async () => {
    const clock = fakeClock("2026-11-20T08:00:00Z");
    let answer = (_kept: boolean): void => undefined;
    let beats = 0;
    const held = holdLease(clock, 30_000, () => {
      beats += 1;
      return new Promise((resolve) => (answer = resolve));
    });
    await clock.advance(10_000);
    held.stop();
    answer(false);
    await clock.advance(100_000);
    expect([beats, held.lost.aborted]).toEqual([1, false]);
  });
});
