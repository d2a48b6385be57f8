import { afterAll, expect, test } from "vitest";
import { createEngine, type Engine } from "@kalends/core";
import { Secret, type CalendarObject, type Clock } from "@kalends/model";
import { openSqliteStore } from "@kalends/store-sqlite";
import { fakeClock, memoryProvider, seededRandom } from "@kalends/testing";
import { createVault, generateKey, Keyset, localKeyring, parseKey } from "@kalends/vault";
import { pgBossJobSource } from "../src/index.ts";
import { openBoss, stopServer } from "./boss-server.ts";

afterAll(stopServer);

/** A clock of a process that was put to sleep: its timers do not run. */
const asleep = (clock: Clock): Clock => ({ ...clock, setTimer: () => () => undefined });

test("a worker that stood still for longer than its lease changes nothing when it wakes up", async () => {
  const boss = await openBoss();
  const clock = fakeClock("2026-11-20T08:00:00Z");
  const provider = memoryProvider();
  const work = provider.calendar("/work/");
  for (const name of ["a", "b", "c"]) work.put(`/${name}.ics`, event(name));
  const store = await openSqliteStore({ path: ":memory:", clock });
  await store.migrations.run();
  const random = seededRandom(7);
  const keys = localKeyring({ keyset: Keyset.of(parseKey(generateKey(seededRandom(1)))), random });
  const vault = createVault({ keys, random, dataKeys: (id) => store.organization(id).dataKeys });
  const open = (holder: string, its: Clock): Promise<Engine> =>
    createEngine({ store, vault, providers: [provider], clock: its, random, holder, jobs: pgBossJobSource({ boss, store, prefix: "fencing" }) });
  const sleeper = await open("sleeper", asleep(clock));
  const awake = await open("awake", clock);
  const organization = await awake.openOrganization("org");
  const account = await organization.createAccount({});
  await organization.connect({
    accountId: account.id, provider: provider.id, address: "ada@example.test", credential: { kind: "password", username: "ada", password: new Secret("x") },
  });

  // The sleeper's first answer comes only after the other one has done the same work.
  const pull = provider.pullPage.bind(provider);
  let release = (): void => undefined;
  const asked = new Promise<void>((seen) => {
    provider.pullPage = (access, request) => {
      provider.pullPage = pull;
      seen();
      return new Promise((resolve) => (release = () => resolve(pull(access, request))));
    };
  });
  const sleeping = sleeper.scheduler.drain();
  await asked;
  await clock.advance(31_000);
  expect(await awake.scheduler.drain()).toBeGreaterThan(0);
  const [calendar] = await organization.listCalendars();
  const org = store.organization("org");
  const planned = await org.jobs.dueAt("sync-calendar", calendar?.id ?? "");
  const head = await organization.changesHead();
  expect(planned).toBeGreaterThan(clock.now());
  expect((await organization.status())[0]?.calendars[0]).toMatchObject({ phase: "idle", objects: 3, failures: 0 });

  release();
  await sleeping;
  expect(await organization.changesHead()).toBe(head);
  expect(await org.jobs.dueAt("sync-calendar", calendar?.id ?? "")).toBe(planned);
  expect((await organization.status())[0]?.calendars[0]).toMatchObject({ phase: "idle", objects: 3, failures: 0 });
  const created = (await organization.changes(0)).filter(({ kind }) => kind === "object-created");
  expect(created.map(({ remoteKey }) => remoteKey).sort()).toEqual(["/a.ics", "/b.ics", "/c.ics"]);
  await sleeper.close();
  await awake.close();
  await store.close();
  await boss.stop({ graceful: false });
});

function event(uid: string): CalendarObject {
  const at = (value: string): { kind: "utc"; value: string } => ({ kind: "utc", value });
  const [start, end] = [at("2026-11-20T09:00:00"), at("2026-11-20T10:00:00")];
  const one = { uid, start, end, status: "confirmed", transparent: false, visibility: "public", content: { title: `Title of ${uid}` } } as const;
  return { remoteKey: `/${uid}.ics`, revision: null, uid, events: [one] };
}
