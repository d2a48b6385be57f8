import { afterEach, describe, expect, test } from "vitest";
import type { Transport } from "@kalends/model";
import { googleProvider, type BudgetLimits } from "@kalends/provider-google";
import type { GoogleSandbox } from "@kalends/sandbox";
import { fakeClock, type FakeClock } from "@kalends/testing";
import { createTransport } from "@kalends/transport";
import { Secret, systemClock, systemRandom, type Kalends } from "kalends";
import { openKalends } from "./open-kalends.ts";
import { startCheckedGoogle } from "./checked-google.ts";

const scope = "https://www.googleapis.com/auth/calendar";
const noisy = "noisy@corp.example";
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Stage {
  kalends: Kalends;
  sandbox: GoogleSandbox;
  clock: FakeClock;
  /** Lets time pass in steps, each when all requests were answered, until `isDone` or the end. Returns the minutes that went by. */
  run(mostMinutes: number, isDone: () => Promise<boolean>): Promise<number>;
}

/** Accounts with few events each, and a noisy one with thousands; virtual time for engine, adapter and provider. */
async function openStage(accounts: number, quota: { perProject: number; perUser: number }, budget: BudgetLimits): Promise<Stage> {
  const clock = fakeClock("2026-01-05T09:00:00Z");
  const emails = [noisy, ...Array.from({ length: accounts - 1 }, (_, index) => `user-${index}@corp.example`)];
  const sandbox = await startCheckedGoogle({ clock, users: emails.map((email) => ({ email })), quota: { perProject: 1e9, perUser: 1e9 } });
  const guarded = createTransport({ clock: systemClock, allowHosts: [sandbox.allowHost] });
  let underWay = 0;
  const transport: Transport = {
    async send(request) {
      underWay += 1;
      try {
        return await guarded.send(request);
      } finally {
        underWay -= 1;
      }
    },
    close: () => guarded.close(),
  };
  const google = googleProvider({ transport, clock, random: systemRandom, budget, pageSize: 100, apiRoot: sandbox.endpoints.rootUrl });
  const { kalends, close } = await openKalends({ clock, providers: [google], settings: { concurrency: 20, inlineWaitMs: 5_000 } });
  closers.push(async () => {
    await close();
    await guarded.close();
    await sandbox.close();
  });
  for (const email of emails) {
    // Connecting has its budget too.
    await clock.advance(3_000);
    const user = sandbox.user(email);
    const count = email === noisy ? 2_000 : 5;
    for (let index = 0; index < count; index += 1) {
      const day = `2026-01-${String(1 + (index % 28)).padStart(2, "0")}`;
      user.calendar().insert({ summary: `Event ${index}`, start: { dateTime: `${day}T09:00:00Z` }, end: { dateTime: `${day}T10:00:00Z` } });
    }
    const account = await kalends.createAccount({ timeZone: "UTC" });
    const { accessToken } = user.grant([scope]);
    await kalends.connect({ accountId: account.id, provider: "google", address: email, credential: { kind: "oauth", accessToken: new Secret(accessToken), refreshToken: null, expiresAt: null, scopes: [scope] } });
  }
  sandbox.quota.options = { ...sandbox.quota.options, ...quota };
  sandbox.quota.reset();
  kalends.start();
  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < 5; quiet = underWay === 0 ? quiet + 1 : 0) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return {
    ...{ kalends, sandbox, clock },
    async run(mostMinutes, isDone) {
      const from = clock.now();
      while (clock.now() - from < mostMinutes * 60_000) {
        for (let step = 0; step < 4; step += 1) {
          await clock.advance(1_000);
          await settle();
        }
        if (await isDone()) break;
      }
      return (clock.now() - from) / 60_000;
    },
  };
}

async function synced(kalends: Kalends): Promise<{ noisy: boolean; others: number }> {
  const status = await kalends.status();
  const done = status.filter(({ calendars }) => calendars.length > 0 && calendars.every(({ lastSuccess }) => lastSuccess !== null));
  return { noisy: done.some(({ label }) => label === noisy), others: done.filter(({ label }) => label !== noisy).length };
}

describe("first syncs of Google accounts under enforced quotas", () => {
  test("200 accounts, quotas tighter than the budgets know: refusals are obeyed to the second, a noisy account starves nobody, and all finish", async () => {
    const { kalends, sandbox, run } = await openStage(200, { perProject: 120, perUser: 40 }, { perProject: 9_000, perUser: 540 });
    const minutes = await run(15, async () => (await synced(kalends)).others === 199);
    const all = minutes + (await run(60, async () => (await synced(kalends)).noisy));
    expect(await synced(kalends)).toEqual({ noisy: true, others: 199 });
    expect(sandbox.quota.refused).toBeGreaterThan(0);
    expect(sandbox.quota.insideRetryAfter).toBe(0);
    console.info(`200 accounts: others done after ${minutes.toFixed(1)} virtual minutes, all after ${all.toFixed(1)}; ${sandbox.quota.requests} requests, ${sandbox.quota.refused} refused`);
  }, 400_000);

  test("within its budgets the adapter is never refused", async () => {
    const { kalends, sandbox, run } = await openStage(40, { perProject: 30, perUser: 25 }, { perProject: 27, perUser: 22 });
    const minutes = await run(15, async () => (await synced(kalends)).others === 39);
    const all = minutes + (await run(30, async () => (await synced(kalends)).noisy));
    expect(await synced(kalends)).toEqual({ noisy: true, others: 39 });
    expect(sandbox.quota).toMatchObject({ refused: 0, insideRetryAfter: 0 });
    console.info(`40 accounts: others done after ${minutes.toFixed(1)} virtual minutes, all after ${all.toFixed(1)}; ${sandbox.quota.requests} requests, most in a minute ${sandbox.quota.peakPerMinute}`);
  }, 400_000);
});
