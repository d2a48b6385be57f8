import { fakeClock } from "@kalends/testing";
import { describe, expect, test } from "vitest";
import { RequestQueue } from "../src/request-queue.ts";

describe("the account's queue", () => {
  test("grows while all goes well, up to what the preset allows, and shrinks on refusals and timeouts", () => {
    const queue = new RequestQueue(fakeClock(), { parallel: 4, gapMs: 0 });
    expect(queue.limit).toBe(2);
    for (let time = 0; time < 200; time += 1) queue.succeeded();
    expect(queue.limit).toBe(4);
    queue.strained();
    expect(queue.limit).toBe(2);
    queue.slowedDown(undefined);
    expect(queue.limit).toBe(1);
    queue.slowedDown(undefined);
    expect(queue.limit).toBe(1);
  });

  test("lets no more in than its limit, in order", async () => {
    const clock = fakeClock();
    const queue = new RequestQueue(clock, { parallel: 2, gapMs: 0 });
    const started: number[] = [];
    const leave: (() => void)[] = [];
    const all = [1, 2, 3, 4].map(async (number) => {
      leave.push(await queue.enter());
      started.push(number);
    });
    await clock.advance(0);
    expect(started).toEqual([1, 2]);
    leave[0]?.();
    leave[0]?.();
    await clock.advance(0);
    expect(started).toEqual([1, 2, 3]);
    leave[1]?.();
    await Promise.all(all);
    expect(started).toEqual([1, 2, 3, 4]);
  });

  test("keeps the pace of a provider that names a rate (GMX)", async () => {
    const clock = fakeClock();
    const queue = new RequestQueue(clock, { parallel: 1, gapMs: 2000 });
    const begin = clock.now();
    const starts: number[] = [];
    const all = [1, 2, 3].map(async () => {
      const leave = await queue.enter();
      starts.push(clock.now() - begin);
      leave();
    });
    await clock.advance(10_000);
    await Promise.all(all);
    expect(starts).toEqual([0, 2000, 4000]);
  });

  test("Retry-After is a floor: the pause doubles with every refusal in a row, and a success ends the row", async () => {
    const clock = fakeClock();
    const queue = new RequestQueue(clock, { parallel: 4, gapMs: 0 });
    const pauses: number[] = [];
    for (let time = 0; time < 5; time += 1) {
      queue.slowedDown(1000);
      pauses.push(queue.pauseMs);
      await clock.advance(queue.pauseMs);
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000]);
    queue.succeeded();
    queue.slowedDown(60_000);
    expect(queue.pauseMs).toBe(60_000);
  });

  test("quirk 27: requests that were under way together and are refused together are one refusal", async () => {
    const clock = fakeClock();
    const queue = new RequestQueue(clock, { parallel: 4, gapMs: 0 });
    for (let count = 0; count < 4; count += 1) queue.slowedDown(undefined);
    expect(queue.pauseMs).toBe(1000);
    await clock.advance(1000);
    for (let count = 0; count < 4; count += 1) queue.slowedDown(undefined);
    expect(queue.pauseMs).toBe(2000);
  });

  test("a short pause is waited out; in a long one nobody waits", async () => {
    const clock = fakeClock();
    const queue = new RequestQueue(clock, { parallel: 4, gapMs: 0 });
    queue.slowedDown(3000);
    const short = queue.enter();
    await clock.advance(3000);
    (await short)();
    queue.slowedDown(3000);
    const waiting = queue.enter();
    queue.slowedDown(90_000);
    await expect(waiting).rejects.toMatchObject({ code: "rate-limited", retryAfterMs: 90_000 });
    await expect(queue.enter()).rejects.toMatchObject({ code: "rate-limited" });
    expect(clock.pendingTimers).toBe(0);
  });

  test("who is stopped while waiting leaves the queue", async () => {
    const clock = fakeClock();
    const queue = new RequestQueue(clock, { parallel: 1, gapMs: 0 });
    const leave = await queue.enter();
    const stop = new AbortController();
    const stopped = queue.enter(stop.signal);
    const next = queue.enter();
    stop.abort();
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
    leave();
    (await next)();
    await expect(queue.enter(AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
    expect(queue.idle).toBe(true);
  });
});
