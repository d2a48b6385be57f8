import { describe, expect, test } from "vitest";
import { movableClock, seededRandom } from "../src/index.ts";

describe("movable clock", () => {
  test("stands still, fires timers in the order of their times, also those set on the way", () => {
    const clock = movableClock("2026-03-29T00:00:00Z");
    const fired: string[] = [];
    const note = (name: string) => () => fired.push(`${name}@${clock.now() - Date.UTC(2026, 2, 29)}`);
    clock.setTimer(200, note("b"));
    clock.setTimer(100, () => {
      note("a")();
      clock.setTimer(50, note("a2"));
    });
    const cancel = clock.setTimer(120, note("never"));
    cancel();
    clock.advance(99);
    expect(fired).toEqual([]);
    clock.set("2026-03-29T00:00:01Z");
    expect(fired).toEqual(["a@100", "a2@150", "b@200"]);
    expect([clock.now(), clock.waiting]).toEqual([Date.UTC(2026, 2, 29, 0, 0, 1), 0]);
  });

  test("sleep ends when the clock passes, or by its signal", async () => {
    const clock = movableClock();
    const slept = clock.sleep(1_000);
    clock.advance(1_000);
    await slept;
    const stop = new AbortController();
    const stopped = clock.sleep(1_000, stop.signal);
    stop.abort();
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
    await expect(clock.sleep(1, AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
    expect(clock.waiting).toBe(0);
    expect(() => clock.set("yesterday")).toThrowError(expect.objectContaining({ code: "invalid-argument" }));
  });

  test("seeded chance repeats itself", () => {
    const [one, two] = [seededRandom(5), seededRandom(5)];
    expect(Array.from({ length: 5 }, () => one.uniform())).toEqual(Array.from({ length: 5 }, () => two.uniform()));
    expect(one.bytes(8)).toEqual(two.bytes(8));
    expect(seededRandom(6).uniform()).not.toBe(seededRandom(5).uniform());
  });
});
