import { describe, expect, test } from "vitest";
import { createEngine } from "@kalends/core";
import { Secret, type JobKind } from "@kalends/model";
import { openSqliteStore } from "@kalends/store-sqlite";
import { fakeClock, memoryProvider, seededRandom } from "@kalends/testing";
import { createVault, generateKey, Keyset, localKeyring, parseKey } from "@kalends/vault";
import { jobGuide } from "../src/status/job-guide.ts";

async function openWorld() {
  const clock = fakeClock("2026-11-20T08:00:00Z");
  const provider = memoryProvider();
  provider.calendar("/work/");
  const store = await openSqliteStore({ path: ":memory:", clock });
  await store.migrations.run();
  const random = seededRandom(7);
  const keys = localKeyring({ keyset: Keyset.of(parseKey(generateKey(seededRandom(1)))), random });
  const vault = createVault({ keys, random, dataKeys: (id) => store.organization(id).dataKeys });
  const engine = await createEngine({ store, vault, providers: [provider], clock, random, holder: "one" });
  const organization = await engine.openOrganization("org");
  const account = await organization.createAccount({ externalId: "ada" });
  const credential = { kind: "password", username: "ada", password: new Secret("correct horse") } as const;
  const { connection, calendars } = await organization.connect({ accountId: account.id, provider: provider.id, address: "ada@example.test", credential });
  return { clock, store, engine, organization, account, connection, calendar: calendars[0] };
}

describe("jobs that were set aside", () => {
  test("are listed whatever their kind, with what they are about, what it means and what to do", async () => {
    const { clock, store, engine, organization, account, connection, calendar } = await openWorld();
    const subjects: Record<JobKind, string | undefined> = {
      "sync-calendar": calendar?.id, "list-calendars": connection.id, "roll-window": calendar?.id, "escalate-alert": "7", "watch-calendar": calendar?.id,
      "watch-list": connection.id, "deprovision-account": account.id, "leave-provider": "connection-that-is-gone", retention: "org", erasure: "erasure-1",
    };
    const { jobs } = store.organization("org");
    for (const kind of Object.keys(subjects) as JobKind[]) await jobs.enqueue({ kind, subject: subjects[kind] ?? "", runAt: clock.now() });
    for (const job of await store.jobSource.claimDue(clock.now(), 100, 30_000, "worker")) {
      await store.jobSource.defer(job, { runAt: clock.now() + 86_400_000, owedSince: clock.now(), errorCode: "permission-denied", deadSince: clock.now() });
    }
    const letters = await organization.deadLetters();
    expect(letters.map(({ kind, subject, about, name }) => [kind, subject, about, name]).sort()).toEqual([
      ["deprovision-account", account.id, "account", "ada"],
      ["erasure", "erasure-1", "erasure", null],
      ["escalate-alert", "7", "alert", null],
      ["leave-provider", "connection-that-is-gone", "connection", null],
      ["list-calendars", connection.id, "connection", connection.label],
      ["retention", "org", "organization", null],
      ["roll-window", calendar?.id, "calendar", calendar?.name],
      ["sync-calendar", calendar?.id, "calendar", calendar?.name],
      ["watch-calendar", calendar?.id, "calendar", calendar?.name],
      ["watch-list", connection.id, "connection", connection.label],
    ]);
    for (const { kind, effect, todo } of letters) expect({ effect, todo }).toMatchObject({ effect: jobGuide[kind].effect, todo: jobGuide[kind].todo });
    await engine.close();
    await store.close();
  });

  test("a job of the engine's own kinds that can never succeed is set aside, retried when asked, and still listed", async () => {
    const { clock, store, engine, organization } = await openWorld();
    await store.organization("org").jobs.enqueue({ kind: "erasure", subject: "nobody-asked-for-it", runAt: clock.now() });
    for (let tries = 0; tries < 5; tries += 1) {
      await engine.scheduler.drain();
      await clock.advance(3_600_000 * 1.3);
    }
    const [letter] = await organization.deadLetters();
    expect(letter).toMatchObject({ kind: "erasure", subject: "nobody-asked-for-it", failures: 5, error: { code: "not-found" } });
    expect(Date.parse(letter?.nextTry ?? "")).toBeGreaterThan(clock.now());
    expect(await organization.retryDeadLetters()).toBe(1);
    expect((await organization.deadLetters())[0]).toMatchObject({ nextTry: new Date(clock.now()).toISOString() });
    await engine.scheduler.drain();
    expect(await organization.deadLetters()).toMatchObject([{ failures: 6, since: letter?.since }]);
    await engine.close();
    await store.close();
  });
});
