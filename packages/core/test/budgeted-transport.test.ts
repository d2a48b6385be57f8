import { expect, test } from "vitest";
import { budgetedTransport } from "@kalends/core";
import type { HttpResponse, Transport } from "@kalends/model";
import { openSqliteStore } from "@kalends/store-sqlite";
import { fakeClock } from "@kalends/testing";

const answer: HttpResponse = { status: 204, url: "", header: () => null, body: { async *[Symbol.asyncIterator]() {} }, discard: async () => undefined };

test("workers that share a budget send no more than it allows in any minute, and say when there is room again", async () => {
  const clock = fakeClock();
  const store = await openSqliteStore({ path: ":memory:", clock });
  await store.migrations.run();
  const sent: number[] = [];
  const inner: Transport = {
    send: async () => {
      sent.push(clock.now());
      return answer;
    },
    close: async () => undefined,
  };
  const workers = [1, 2, 3].map(() => budgetedTransport(inner, { name: "caldav", perMinute: 120, budgets: store.budgets, clock, inlineWaitMs: 0 }));
  const refusals: number[] = [];
  const end = clock.now() + 300_000;
  while (clock.now() < end) {
    for (const worker of workers) {
      try {
        await worker.send({ method: "GET", url: "https://calendar.example/" });
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: "budget-spent", failure: "rate-limited" });
        refusals.push((thrown as { retryAfterMs: number }).retryAfterMs);
      }
    }
    await clock.advance(250);
  }
  const inAnyMinute = sent.map((from) => sent.filter((at) => at >= from && at < from + 60_000).length);
  // What a worker holds in reserve it may send later: two for each of three.
  expect(Math.max(...inAnyMinute)).toBeLessThanOrEqual(120 + 3 * 2);
  expect(sent.length).toBeGreaterThan(450);
  expect(Math.min(...refusals)).toBeGreaterThan(0);
  await store.close();
});

test("a request waits for room where that comes soon, and stops with its signal", async () => {
  const clock = fakeClock();
  const store = await openSqliteStore({ path: ":memory:", clock });
  await store.migrations.run();
  let sent = 0;
  const inner: Transport = { send: async () => ((sent += 1), answer), close: async () => undefined };
  const transport = budgetedTransport(inner, { name: "feed", perMinute: 60, budgets: store.budgets, clock });
  const request = { method: "GET", url: "https://calendar.example/" };
  for (let count = 0; count < 10; count += 1) await transport.send(request);
  const waiting = transport.send(request);
  await clock.advance(0);
  expect(sent).toBe(10);
  await clock.advance(1_300);
  await waiting;
  expect(sent).toBe(11);
  const stop = new AbortController();
  const stopped = transport.send({ ...request, signal: stop.signal });
  await clock.advance(0);
  stop.abort();
  await expect(stopped).rejects.toMatchObject({ code: "aborted" });
  await store.close();
});
