import { describe, expect, test } from "vitest";
import { faults, hastyClock, persistentProvider, ProviderMirror, seededRandom, startFaultProxy, startServer, type FaultProxy, type HastyClock, type ProviderHarness, type ServerKind, type SkipContext } from "@kalends/testing";
import { harnessOf } from "./caldav-harness.ts";
import { systemClock } from "./system-clock.ts";
import { TwoWayEdits } from "./two-way-edits.ts";
import { chooseWriteFaults, endsWithFaults, lyingWriteFaults } from "./write-faults.ts";

// KALENDS_STEPS=500 and KALENDS_SEED=... for a long run; the seed of every run is part of each message.
const steps = Number(process.env["KALENDS_STEPS"] ?? 20);
const seed = Number(process.env["KALENDS_SEED"] ?? Math.floor(Math.random() * 1_000_000));
const names = ["pair-one", "pair-two"];
const year = { from: Date.parse("2026-01-01T00:00:00Z"), to: Date.parse("2026-12-31T00:00:00Z") };

interface Stage {
  harness: ProviderHarness;
  proxy: FaultProxy;
  clock: HastyClock;
  edits: TwoWayEdits;
}

async function openStage(kind: ServerKind, environment: Readonly<Record<string, string>>, context: SkipContext, random: ReturnType<typeof seededRandom>): Promise<Stage> {
  const server = await startServer(kind, context, environment);
  // In the direct run too: without faults it changes nothing, and its log says which guard each write had.
  const proxy = await startFaultProxy({ target: server.baseUrl, random: seededRandom(seed + 1) });
  const clock = hastyClock(systemClock, 20);
  const way = { baseUrl: proxy.url, clock, timeoutMs: 2_500, wrap: <T>(provider: T): T => provider, close: () => proxy.close() };
  const harness = await harnessOf(server, { environment }, way);
  const patient = persistentProvider(harness.provider, { clock, newUid: () => "", mayPass: endsWithFaults, tries: 8 });
  const mirrors = new Map<string, ProviderMirror>();
  for (const name of names) {
    await harness.remote.createCalendar(name, name);
    const calendar = (await harness.provider.listCalendars(harness.access)).find((each) => each.name === name);
    if (calendar === undefined) throw new Error(`no calendar ${name}`);
    mirrors.set(name, new ProviderMirror(patient, harness.access, calendar, year));
  }
  return { harness, proxy, clock, edits: new TwoWayEdits(harness, mirrors, random) };
}

/** Another client that edits what our write is about to reach. caldav-adapter looks at no If-Match when it deletes: there it only meets our PUTs. */
function racer(edits: TwoWayEdits, kind: ServerKind): ReturnType<typeof faults.meanwhile> {
  const methods = kind === "caldav-adapter" ? ["PUT"] : ["PUT", "DELETE"];
  return faults.sometimes(0.15, faults.when(({ method }) => methods.includes(method), faults.meanwhile(({ method, path }) => edits.raceAt(method, path))));
}

async function history(kind: ServerKind, environment: Readonly<Record<string, string>>, hasFaults: boolean, context: SkipContext): Promise<void> {
  const random = seededRandom(seed);
  const { harness, proxy, clock, edits } = await openStage(kind, environment, context, random);
  try {
    const spoil = (): string => {
      proxy.clear();
      edits.isLying = hasFaults && random.uniform() < 0.3;
      const lie = lyingWriteFaults[Math.floor(random.uniform() * lyingWriteFaults.length)];
      const chosen = hasFaults ? [...chooseWriteFaults(random, proxy.origin), ...(edits.isLying && lie !== undefined ? [lie()] : [])] : [];
      // Nearest to the server comes the other client: what it does falls between our look and our write.
      proxy.use(...chosen, racer(edits, kind));
      return chosen.map(({ name }) => name).join(" + ");
    };
    let spoiled = spoil();
    for (let step = 1; step <= steps; step += 1) {
      const where = (): string => `${kind}, seed ${seed}, step ${step}${hasFaults ? ` under ${spoiled}` : ""}\n${edits.tale.slice(-30).join("\n")}`;
      try {
        await edits.next();
        // A reading under faults may fail; what it has taken from a stale list is put right at the next quiet point.
        if (hasFaults && random.uniform() < 0.15) await edits.read(false).catch(() => undefined).then(() => edits.doubt());
        if (step % 10 !== 0 && step !== steps) continue;
        proxy.clear();
        clock.skip(6 * 60_000);
        await edits.settle();
        await edits.read(edits.isLying);
        expect(await edits.check()).toEqual([]);
      } catch (thrown) {
        throw new Error(`${where()}\n${String(thrown)}`, { cause: thrown });
      }
      spoiled = spoil();
    }
    checkGuards(proxy);
    const written = proxy.log.filter(({ method }) => method === "PUT" || method === "DELETE");
    expect(edits.counts.done).toBeGreaterThan(steps / 10);
    if (!hasFaults) expect(edits.counts.uncertain).toBe(0);
    if (hasFaults) expect(written.filter((entry) => entry.faults.length > 0).length).toBeGreaterThan(steps / 20);
    console.info(`${kind}, seed ${seed}, ${steps} steps${hasFaults ? " through faults" : ""}: ${JSON.stringify(edits.counts)}, ${written.length} writes, ${written.filter((entry) => entry.faults.length > 0).length} spoiled`);
  } finally {
    await harness.close();
  }
}

/** No write of ours is without a guard; one that guards nothing but the presence is there only where no revision was told. */
function checkGuards(proxy: FaultProxy): void {
  for (const { method, path, guard } of proxy.log) {
    if (method !== "PUT" && method !== "DELETE") continue;
    expect(guard, `${method} ${path}`).toMatch(method === "PUT" ? /^If-Match: .+|^If-None-Match: \*$/ : /^If-Match: .+/);
  }
}

const digest = { SABRE_AUTH: "digest" };
const servers: readonly [string, ServerKind, Readonly<Record<string, string>>][] = [
  ["radicale", "radicale", {}],
  ["xandikos", "xandikos", {}],
  ["sabredav", "sabredav", {}],
  ["sabredav with Digest", "sabredav", digest],
  ["davical", "davical", {}],
  ["caldav-adapter", "caldav-adapter", {}],
];

describe(`we and another client edit the same two calendars at random (seed ${seed}, ${steps} steps)`, () => {
  describe.each(servers)("%s", (_name, kind, environment) => {
    test("directly", (context) => history(kind, environment, false, context), 60_000 + steps * 2_000);
    test("through faults", (context) => history(kind, environment, true, context), 60_000 + steps * 4_000);
  });
});
