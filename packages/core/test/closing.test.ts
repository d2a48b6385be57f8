import { describe, expect, test } from "vitest";
import { openTestEngine, type TestEngine } from "./open-test-engine.ts";
import { sampleObject } from "./sample-object.ts";

/** A provider whose pulls wait until they are stopped; `asked` resolves at the first. */
function slowProvider(t: TestEngine): Promise<void> {
  return new Promise((asked) => {
    t.provider.pullPage = (access) =>
      new Promise((_resolve, reject) => {
        access.signal?.addEventListener("abort", () => reject(access.signal?.reason as Error), { once: true });
        asked();
      });
  });
}

async function connected(): Promise<{ t: TestEngine; id: string }> {
  const t = await openTestEngine();
  t.provider.calendar("/work/").put("/a.ics", sampleObject("a"));
  await t.connect();
  const [calendar] = await t.organization.listCalendars();
  return { t, id: calendar?.id ?? "" };
}

describe("closing the engine", () => {
  test("stops a sync that a caller has under way, and the calendar is free for the next process at once", async () => {
    const { t, id } = await connected();
    const pullPage = t.provider.pullPage.bind(t.provider);
    const asked = slowProvider(t);
    const running = t.organization.sync();
    await asked;
    await t.engine.close();
    expect(await running).toMatchObject({ ok: false, calendars: [{ error: { code: "aborted" } }] });
    t.provider.pullPage = pullPage;
    const next = await t.another("test-2");
    expect(await next.syncCalendar(id)).toMatchObject({ ok: true, created: 1 });
  });

  test("lets nothing new begin", async () => {
    const { t, id } = await connected();
    await t.engine.close();
    await expect(t.organization.sync()).rejects.toMatchObject({ code: "engine-closed" });
    await expect(t.organization.syncCalendar(id)).rejects.toMatchObject({ code: "engine-closed" });
    await expect(t.engine.scheduler.drain()).rejects.toMatchObject({ code: "engine-closed" });
    expect(await t.organization.listCalendars()).toHaveLength(1);
  });

  test("ends a drain, and its jobs are due for the next process", async () => {
    const { t } = await connected();
    const asked = slowProvider(t);
    const running = t.engine.scheduler.drain();
    await asked;
    await t.engine.close();
    expect(await running).toBe(1);
    expect(await t.store.jobSource.nextDue()).toBeLessThanOrEqual(t.clock.now());
  });

  test("does not wait for ever for an adapter that does not listen", async () => {
    const { t, id } = await connected();
    const asked = new Promise<void>((resolve) => (t.provider.pullPage = () => new Promise(() => resolve())));
    void t.organization.syncCalendar(id);
    await asked;
    const closing = t.engine.close(5_000);
    await t.clock.advance(5_000);
    await closing;
  });

  test("a scheduler ends within its grace time and a little, though its look never ends and its run does not listen", async () => {
    const { t } = await connected();
    const source = t.store.jobSource;
    const claimDue = source.claimDue.bind(source);
    let looks = 0;
    source.claimDue = (...words) => ((looks += 1) === 1 ? claimDue(...words) : new Promise(() => undefined));
    const asked = new Promise<void>((resolve) => (t.provider.pullPage = () => new Promise(() => resolve())));
    t.engine.scheduler.start();
    await t.clock.advance(1);
    await asked;
    await t.clock.advance(2_000);
    expect(t.engine.scheduler.state()).toMatchObject({ running: 1, lookingSince: expect.any(Number) });
    let stopped = false;
    const stopping = t.engine.scheduler.stop(20_000).then(() => (stopped = true));
    await t.clock.advance(19_999);
    expect(stopped).toBe(false);
    await t.clock.advance(5_001);
    await stopping;
  });

  test("a scheduler that is woken again and again while it looks never runs more than it has places for", async () => {
    const t = await openTestEngine({ settings: { concurrency: 2 } });
    for (const name of ["a", "b", "c", "d", "e", "f"]) t.provider.calendar(`/${name}/`).put("/x.ics", sampleObject("x"));
    await t.connect();
    const source = t.store.jobSource;
    const claimDue = source.claimDue.bind(source);
    let most = 0;
    source.claimDue = async (...words) => {
      // A database that takes its time: meanwhile others enqueue, and wake this worker.
      for (let wakes = 0; wakes < 5; wakes += 1) await new Promise((resolve) => setImmediate(resolve));
      return claimDue(...words);
    };
    t.provider.pullPage = () => new Promise(() => undefined);
    t.engine.scheduler.start();
    for (let wakes = 0; wakes < 40; wakes += 1) {
      t.engine.scheduler.wake();
      void t.clock.advance(1);
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, t.engine.scheduler.state().running);
    }
    expect(most).toBe(2);
    const stopping = t.engine.scheduler.stop(0);
    await t.clock.advance(10_000);
    await stopping;
  });

  test("a scheduler that is stopped while it looks for jobs begins none of them and gives them back", async () => {
    const { t } = await connected();
    const source = t.store.jobSource;
    const claimDue = source.claimDue.bind(source);
    let stopping: Promise<void> | null = null;
    source.claimDue = async (...asked) => {
      const jobs = await claimDue(...asked);
      stopping ??= t.engine.scheduler.stop();
      return jobs;
    };
    t.engine.scheduler.start();
    await t.clock.advance(1);
    await stopping;
    expect(t.provider.pulls).toEqual([]);
    source.claimDue = claimDue;
    expect(await t.engine.scheduler.drain()).toBe(1);
  });
});
