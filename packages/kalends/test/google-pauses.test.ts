import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { storedPauses } from "@kalends/core";
import { openSqliteStore } from "@kalends/store-sqlite";
import { fakeClock } from "@kalends/testing";
import { createKalends, Secret, type Kalends } from "kalends";
import { testKey } from "./open-kalends.ts";
import { startCheckedGoogle } from "./checked-google.ts";

const scope = "https://www.googleapis.com/auth/calendar";

test("a Retry-After that one worker was given for the whole project is kept by the others", async () => {
  const clock = fakeClock("2026-03-01T08:00:00Z");
  const emails = ["ada@corp.example", "bob@corp.example"];
  const sandbox = await startCheckedGoogle({ clock, users: emails.map((email) => ({ email })), quota: { perUser: 1e6, perProject: 1e6, status: 429 } });
  const folder = await mkdtemp(join(tmpdir(), "kalends-"));
  const opened: Kalends[] = [];
  try {
    for (const [at, email] of emails.entries()) {
      // Each in an organization of its own, so that nothing but the project is common to both.
      const google = { clientId: "sandbox-client", clientSecret: "sandbox-secret", apiRoot: sandbox.endpoints.rootUrl };
      const kalends = await createKalends({ database: join(folder, "kalends.db"), key: testKey, clock, organization: `org-${at}`, allowHosts: [sandbox.allowHost], google });
      opened.push(kalends);
      const account = await kalends.createAccount({ timeZone: "UTC" });
      const accessToken = new Secret(sandbox.user(email).grant([scope]).accessToken);
      await kalends.connect({ accountId: account.id, provider: "google", address: email, credential: { kind: "oauth", accessToken, refreshToken: null, expiresAt: null, scopes: [scope] } });
    }
    const [first, second] = opened as [Kalends, Kalends];
    sandbox.quota.options = { ...sandbox.quota.options, perProject: 2 };
    sandbox.quota.reset();
    expect(await first.sync()).toMatchObject({ ok: true });
    expect(await first.sync()).toMatchObject({ ok: false, calendars: [{ error: { code: "rate-limited" } }] });
    expect(sandbox.quota).toMatchObject({ requests: 3, refused: 1, insideRetryAfter: 0 });
    await clock.advance(1_000);
    // 59 seconds are left, and the second worker was never refused itself.
    const report = await second.sync();
    expect(report).toMatchObject({ ok: false, calendars: [{ error: { code: "rate-limited" } }] });
    expect(Date.parse(report.calendars[0]?.nextTry ?? "") - clock.now()).toBeGreaterThanOrEqual(59_000);
    expect(sandbox.quota).toMatchObject({ requests: 3, refused: 1, insideRetryAfter: 0 });
    await clock.advance(62_000);
    expect(await second.sync()).toMatchObject({ ok: true });
    expect(sandbox.quota).toMatchObject({ refused: 1, insideRetryAfter: 0 });
  } finally {
    for (const kalends of opened) await kalends.close();
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);

test("of several pauses noted at once the longest stands", async () => {
  const store = await openSqliteStore({ path: ":memory:", clock: fakeClock() });
  await store.migrations.run();
  const workers = [1, 2, 3, 4].map(() => storedPauses(store.settings, "google"));
  expect(await workers[0]?.until()).toBe(0);
  await Promise.all(workers.map((worker, at) => worker.note(1_000 * (4 - at))));
  expect(await workers[3]?.until()).toBe(4_000);
  await workers[1]?.note(500);
  expect(await workers[2]?.until()).toBe(4_000);
  expect(await storedPauses(store.settings, "another").until()).toBe(0);
  await store.settings.replace("pause.google", "4000", "soon");
  expect(await workers[0]?.until()).toBe(0);
  await store.close();
});
