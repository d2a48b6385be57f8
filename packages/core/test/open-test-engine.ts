import { createEngine, type Engine, type EngineOptions, type EngineSettings, type OrganizationEngine, type RoleActions } from "@kalends/core";
import { Secret, type Clock, type Logger, type Store } from "@kalends/model";
import { openSqliteStore } from "@kalends/store-sqlite";
import { fakeClock, memoryProvider, seededRandom, type FakeClock, type MemoryProvider } from "@kalends/testing";
import { createVault, generateKey, Keyset, localKeyring, parseKey } from "@kalends/vault";

export interface TestEngine {
  engine: Engine;
  organization: OrganizationEngine;
  store: Store;
  provider: MemoryProvider;
  clock: FakeClock;
  /** Connects a new account to the memory provider and returns its id. */
  connect(): Promise<string>;
  /** Opens a second engine on the same store, as another process would. */
  another(holder: string, zoneDataVersion?: string): Promise<OrganizationEngine>;
}

export interface TestEngineOptions {
  provider?: MemoryProvider;
  store?: Store;
  settings?: Partial<EngineSettings>;
  roleActions?: RoleActions;
  /** Default: nothing is watched. */
  notifyAt?: string;
  logger?: Logger;
  engine?: Partial<EngineOptions>;
}

/** An engine on a real SQLite store in memory, a real vault, and a provider in memory. Time stands still until moved. */
export async function openTestEngine(options: TestEngineOptions = {}): Promise<TestEngine> {
  const clock = fakeClock("2026-11-20T08:00:00Z");
  const provider = options.provider ?? memoryProvider({ now: () => clock.now() });
  const store = options.store ?? (await openSqliteStore({ path: ":memory:", clock }));
  await store.migrations.run();
  const random = seededRandom(7);
  const keys = localKeyring({ keyset: Keyset.of(parseKey(generateKey(seededRandom(1)))), random });
  const vault = createVault({ keys, random, dataKeys: (id) => store.organization(id).dataKeys });
  // Who sleeps inside a run moves the clock, so that nobody has to do it from outside.
  const sleeping: Clock = { now: clock.now, setTimer: clock.setTimer, sleep: (ms) => clock.advance(ms) };
  const settings = { ...options.settings };
  const { roleActions, notifyAt, logger } = options;
  const roles = {
    ...(roleActions === undefined ? {} : { roleActions }), ...(notifyAt === undefined ? {} : { notifyAt }), ...(logger === undefined ? {} : { logger }),
  };
  const open = (holder: string, zoneDataVersion?: string): Promise<Engine> => {
    const zones = zoneDataVersion === undefined ? {} : { zoneDataVersion };
    return createEngine({ store, vault, providers: [provider], clock: sleeping, random, holder, settings, ...zones, ...roles, ...options.engine });
  };
  const engine = await open("test-1");
  const organization = await engine.openOrganization("org");
  return {
    engine,
    organization,
    store,
    provider,
    clock,
    connect: async () => {
      const account = await organization.createAccount({ timeZone: "Europe/Berlin" });
      const credential = { kind: "password", username: "ada", password: new Secret("correct horse") } as const;
      await organization.connect({ accountId: account.id, provider: provider.id, address: "ada@example.test", credential });
      return account.id;
    },
    another: async (holder, zoneDataVersion) => (await open(holder, zoneDataVersion)).openOrganization("org"),
  };
}
