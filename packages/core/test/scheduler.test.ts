import { describe, expect, test } from "vitest";
import { createEngine, type Engine, type EngineSettings } from "@kalends/core";
import { KalendsError, Secret, type PulledPage, type Store } from "@kalends/model";
import { openSqliteStore } from "@kalends/store-sqlite";
import { fakeClock, memoryProvider, seededRandom, type FakeClock, type MemoryProvider } from "@kalends/testing";
import { createVault, generateKey, Keyset, localKeyring, parseKey } from "@kalends/vault";
import { sampleObject } from "./sample-object.ts";

interface World {
  clock: FakeClock;
  store: Store;
  engine: Engine;
  another(holder: string): Promise<Engine>;
  /** Connects an account with so many calendars and answers their ids. */
  connect(provider: MemoryProvider, calendars: number): Promise<string[]>;
}

async function openWorld(providers: MemoryProvider[], settings: Partial<EngineSettings> = {}): Promise<World> {
  const clock = fakeClock("2026-11-20T08:00:00Z");
  const store = await openSqliteStore({ path: ":memory:", clock });
  await store.migrations.run();
  const random = seededRandom(7);
  const keys = localKeyring({ keyset: Keyset.of(parseKey(generateKey(seededRandom(1)))), random });
  const vault = createVault({ keys, random, dataKeys: (id) => store.organization(id).dataKeys });
  const another = (holder: string): Promise<Engine> => createEngine({ store, vault, providers, clock, random, holder, settings });
  const engine = await another("one");
  const organization = await engine.openOrganization("org");
  return {
    clock, store, engine, another,
    connect: async (provider, calendars) => {
      for (let index = 0; index < calendars; index += 1) provider.calendar(`/${index}/`).put("/a.ics", sampleObject("a"));
      const account = await organization.createAccount({});
      const credential = { kind: "password", username: "ada", password: new Secret("correct horse") } as const;
      await organization.connect({ accountId: account.id, provider: provider.id, address: `ada@${provider.id}.test`, credential });
      return (await organization.listCalendars({ accountId: account.id })).map(({ id }) => id);
    },
  };
}

/** Lets time pass in steps, so that everything that waits for a timer goes on. */
async function pass(clock: FakeClock, ms: number, step = 500): Promise<void> {
  for (let gone = 0; gone < ms; gone += step) await clock.advance(step);
}

/** Every pull takes so long, or as long as the function says. */
function slow(provider: MemoryProvider, clock: FakeClock, ms: number, end?: () => PulledPage): void {
  const pull = provider.pullPage.bind(provider);
  provider.pullPage = async (access, request) => {
    await clock.sleep(ms, access.signal);
    return end?.() ?? pull(access, request);
  };
}

describe("the scheduler", () => {
  test("keeps the job of a run that takes longer than its lease: nobody begins it a second time", async () => {
    const provider = memoryProvider();
    const world = await openWorld([provider], { listEveryMs: 10_000_000, pollEveryMs: 10_000_000 });
    await world.connect(provider, 1);
    slow(provider, world.clock, 400_000);
    const other = await world.another("two");
    world.engine.scheduler.start();
    await pass(world.clock, 2_000);
    other.scheduler.start();
    await pass(world.clock, 420_000, 2_000);
    expect(provider.pulls).toHaveLength(1);
    expect(await (await world.engine.openOrganization("org")).status()).toMatchObject([{ calendars: [{ phase: "idle", failures: 0 }] }]);
    await Promise.all([world.engine.close(), other.close()]);
  });

  test("runs exactly once more after whatever was asked for during a run", async () => {
    const provider = memoryProvider();
    const world = await openWorld([provider], { listEveryMs: 10_000_000, pollEveryMs: 10_000_000 });
    const [id = ""] = await world.connect(provider, 1);
    slow(provider, world.clock, 5_000);
    world.engine.scheduler.start();
    await pass(world.clock, 2_000);
    const { jobs } = world.store.organization("org");
    for (let wakes = 0; wakes < 7; wakes += 1) await jobs.enqueue({ kind: "sync-calendar", subject: id, runAt: world.clock.now(), priority: "push" });
    await pass(world.clock, 30_000);
    expect(provider.pulls).toHaveLength(2);
    await world.engine.close();
  });

  test("is woken by who enqueues, instead of looking a second later", async () => {
    const provider = memoryProvider();
    const world = await openWorld([provider], { lookEveryMs: 60_000 });
    const [id = ""] = await world.connect(provider, 1);
    world.engine.scheduler.start();
    await pass(world.clock, 2_000);
    provider.pulls.length = 0;
    await world.store.organization("org").jobs.enqueue({ kind: "sync-calendar", subject: id, runAt: world.clock.now(), priority: "push" });
    world.engine.scheduler.wake();
    await world.clock.advance(1);
    expect(provider.pulls).toHaveLength(1);
    await world.engine.close();
  });

  test("sets a job aside that keeps failing in a way that waiting does not mend, tries it once a day, and takes it back when it succeeds", async () => {
    const provider = memoryProvider();
    const world = await openWorld([provider], { listEveryMs: 100_000_000, reconcileEveryMs: 1_000_000_000 });
    const [id = ""] = await world.connect(provider, 1);
    const organization = await world.engine.openOrganization("org");
    let refuse = true;
    const pull = provider.pullPage.bind(provider);
    let asked = 0;
    provider.pullPage = (access, request) => {
      asked += 1;
      return refuse ? Promise.reject(new KalendsError("permission-denied", "no")) : pull(access, request);
    };
    for (let hour = 0; hour < 24; hour += 1) {
      await world.engine.scheduler.drain();
      await world.clock.advance(3_600_000 * 1.3);
    }
    const [letter] = await organization.deadLetters();
    expect(letter).toMatchObject({ kind: "sync-calendar", subject: id, error: { code: "permission-denied" }, nextTry: expect.any(String) });
    // Other jobs of the organization, such as retention, go on beside it.
    expect(asked).toBeGreaterThanOrEqual(5);
    expect(asked).toBeLessThan(10);
    refuse = false;
    await world.store.organization("org").jobs.enqueue({ kind: "sync-calendar", subject: id, runAt: world.clock.now(), priority: "user" });
    await world.engine.scheduler.drain();
    expect(await organization.deadLetters()).toEqual([]);
    expect(await organization.status()).toMatchObject([{ calendars: [{ phase: "idle", objects: 1 }] }]);
    await world.engine.close();
  });

  test("sets a job aside whose runs end their worker one after the other, and tries it once a day", async () => {
    const provider = memoryProvider();
    const world = await openWorld([provider], { listEveryMs: 1_000_000_000, retentionEveryMs: 1_000_000_000, reconcileEveryMs: 1_000_000_000, lostUntilDead: 4 });
    const [id = ""] = await world.connect(provider, 1);
    const organization = await world.engine.openOrganization("org");
    let began = 0;
    let deadly = true;
    const pull = provider.pullPage.bind(provider);
    /** Of a process that is gone nothing comes any more. */
    const die = (): Promise<PulledPage> => {
      began += 1;
      return new Promise(() => undefined);
    };
    provider.pullPage = (access, request) => (deadly ? die() : pull(access, request));
    for (let days = 0; days < 2; days += 1) {
      for (let lives = 0; lives < 8; lives += 1) {
        const worker = await world.another(`worker ${days} ${lives}`);
        void worker.scheduler.drain();
        for (let turns = 0; turns < 200; turns += 1) await new Promise((resolve) => setImmediate(resolve));
        await world.store.releaseHolder(`worker ${days} ${lives}`);
      }
      expect(began).toBe(days === 0 ? 4 : 5);
      expect(await organization.deadLetters()).toMatchObject([{ kind: "sync-calendar", subject: id, error: { code: "worker-lost" } }]);
      await world.clock.advance(1.3 * 86_400_000);
    }
    deadly = false;
    await world.engine.scheduler.drain();
    expect(await organization.deadLetters()).toEqual([]);
    await world.engine.close();
  });

  test("a provider that is fully down costs the others little", async () => {
    /** Simulated milliseconds until every calendar of the healthy provider was read, with so many calendars of one that is down. */
    const untilRead = async (downCalendars: number): Promise<number> => {
      const up = memoryProvider({ id: "up" });
      const down = memoryProvider({ id: "down" });
      const world = await openWorld([up, down], { listEveryMs: 10_000_000, inlineWaitMs: 0, pollEveryMs: 10_000_000 });
      if (downCalendars > 0) await world.connect(down, downCalendars);
      await world.connect(up, 60);
      slow(up, world.clock, 400);
      slow(down, world.clock, 30_000, () => {
        throw new KalendsError("network-timeout", "it does not answer");
      });
      const started = world.clock.now();
      world.engine.scheduler.start();
      const read = (): number => new Set(up.pulls.map(({ calendar }) => calendar)).size;
      for (let steps = 0; read() < 60 && steps < 4_000; steps += 1) await world.clock.advance(200);
      expect(read()).toBe(60);
      const took = world.clock.now() - started;
      const closing = world.engine.close(0);
      await world.clock.advance(1);
      await closing;
      return took;
    };
    const alone = await untilRead(0);
    const beside = await untilRead(200);
    expect(beside).toBeLessThan(alone * 5);
    expect(beside).toBeLessThan(30_000);
  }, 120_000);
});
