import { reportOf, type Decision, type RetentionFacts, type RetentionReport } from "@kalends/retention";
import type { OrganizationStore } from "@kalends/model";
import type { Runtime } from "../runtime.ts";
import { allAccounts, collectAccount, collectShared } from "./collect-facts.ts";
import { lookAtClock } from "./retention-clock.ts";
import { planRetention, runRetention, type RetentionRunOptions, type RetentionRunReport } from "./run-retention.ts";

/** What is held, why, and until when; and its end. */
export interface RetentionDesk {
  /** What a run would do now, and what is kept and why. Writes nothing. `held`: the clock jumped, a run would remove nothing. */
  plan(): Promise<{ at: string; held: boolean; decisions: Decision[] }>;
  /** Removes what is due. The scheduler does it by itself, too. */
  run(options?: RetentionRunOptions): Promise<RetentionRunReport>;
  /** The oldest rows of every class and the rule that keeps them. Holds ids, codes and counts. */
  report(): Promise<RetentionReport>;
}

export function retentionDesk(runtime: Runtime, store: OrganizationStore): RetentionDesk {
  return {
    plan: () => planRetention(runtime, store),
    run: (options = {}) => runtime.work.run(options.signal, (signal) => runRetention(runtime, store, { ...options, signal })),
    report: () => retentionReport(runtime, store),
  };
}

const notStored = {
  "partner-event": "None are kept apart: an event that an application wrote is kept like the person's own.",
  "smart-invite": "None are kept yet.",
};

async function retentionReport(runtime: Runtime, store: OrganizationStore): Promise<RetentionReport> {
  const { now, lastSeen, held } = await lookAtClock(runtime);
  const policy = runtime.retention;
  const accounts: RetentionFacts["accounts"][number][] = [];
  for await (const accountId of allAccounts(store)) {
    const account = await collectAccount(store, policy, accountId, now);
    if (account !== null) accounts.push(account.facts);
  }
  const erasures = await Promise.all(
    (await store.erasures.list()).map(async (erasure) => ({
      id: erasure.id,
      accountId: erasure.accountId,
      requestedAt: new Date(erasure.requestedAt).toISOString(),
      state: erasure.finishedAt === null ? ("running" as const) : ("done" as const),
      openItems: (await store.erasures.items(erasure.id)).filter(({ doneAt }) => doneAt === null).map(({ system }) => system),
    })),
  );
  const shared = await collectShared(store, policy, now);
  return reportOf(policy, { accounts, shared }, now, { organizationId: store.organizationId, empty: notStored, clock: { lastSeen, held }, erasures });
}
