import { describe, expect, test } from "vitest";
import { fakeClock, seededRandom } from "@kalends/testing";

describe("fakeClock", () => {
  test("stands still until it is moved", async () => {
    const clock = fakeClock("2026-03-29T00:59:00Z");
    expect(clock.now()).toBe(Date.parse("2026-03-29T00:59:00Z"));
    await clock.advance(60_000);
    expect(clock.now()).toBe(Date.parse("2026-03-29T01:00:00Z"));
  });

  test("runs timers by time, then by order of making, each at its own instant", async () => {
    const clock = fakeClock(0);
    const ran: string[] = [];
    const note = (name: string) => () => void ran.push(`${name}@${clock.now()}`);
    clock.setTimer(20, note("late"));
    clock.setTimer(10, note("first"));
    clock.setTimer(10, note("second"));
    clock.setTimer(31, note("beyond"));
    clock.setTimer(15, note("cancelled"))();
    await clock.advance(30);
    expect(ran).toEqual(["first@10", "second@10", "late@20"]);
    expect(clock.now()).toBe(30);
    expect(clock.pendingTimers).toBe(1);
  });

  test("carries along code that sleeps again and again", async () => {
    const clock = fakeClock(0);
    const seen: number[] = [];
    const loop = (async () => {
      for (let round = 0; round < 5; round += 1) {
        await clock.sleep(100);
        await Promise.resolve();
        seen.push(clock.now());
      }
    })();
    await clock.advance(1000);
    await loop;
    expect(seen).toEqual([100, 200, 300, 400, 500]);
  });

  test("a sleep ends with aborted when its signal fires, and leaves no timer", async () => {
    const clock = fakeClock(0);
    const stop = new AbortController();
    const sleeping = clock.sleep(100, stop.signal);
    expect(clock.pendingTimers).toBe(1);
    stop.abort();
    await expect(sleeping).rejects.toMatchObject({ code: "aborted" });
    await expect(clock.sleep(1, stop.signal)).rejects.toMatchObject({ code: "aborted" });
    expect(clock.pendingTimers).toBe(0);
  });

  test("set moves the hour both ways and runs nothing; waits keep their rest", async () => {
    const clock = fakeClock("2026-01-05T12:00:00Z");
    let ran = 0;
    clock.setTimer(1000, () => (ran += 1));
    clock.set("2026-01-06T12:00:00Z");
    clock.set("2026-01-04T12:00:00Z");
    expect([ran, clock.now()]).toEqual([0, Date.parse("2026-01-04T12:00:00Z")]);
    await clock.advance(999);
    expect(ran).toBe(0);
    await clock.advanceTo("2026-01-04T12:00:01Z");
    expect(ran).toBe(1);
  });

  test("refuses to go back by advance, and tells of timers that spin", async () => {
    const clock = fakeClock(0);
    await expect(clock.advance(-1)).rejects.toMatchObject({ code: "invalid-argument" });
    expect(() => fakeClock("noon")).toThrow("Not an instant");
    const spin = (): void => void clock.setTimer(0, spin);
    spin();
    await expect(clock.advance(0)).rejects.toMatchObject({ code: "internal" });
  });
});

describe("seededRandom", () => {
  test("repeats for a seed, differs between seeds, and covers all byte values", () => {
    const draw = (seed: number) => Buffer.from(seededRandom(seed).bytes(4099)).toString("hex");
    expect(draw(1)).toBe(draw(1));
    expect(new Set([0, 1, 2, -1, 2 ** 32, 2 ** 32 + 1].map(draw)).size).toBe(6);
    expect(new Set(seededRandom(7).bytes(10_000)).size).toBe(256);
  });

  test("uniform stays in [0, 1) with the mean in the middle", () => {
    const random = seededRandom(42);
    const numbers = Array.from({ length: 10_000 }, () => random.uniform());
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    expect(numbers.reduce((sum, number) => sum + number, 0) / numbers.length).toBeCloseTo(0.5, 1);
  });
});
