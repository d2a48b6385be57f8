import { KalendsError, toKalendsError } from "@kalends/model";
import type { OrganizationStore, PurgeStep } from "@kalends/model";
import type { Decision } from "@kalends/retention";
import { returnGrant } from "../disconnect/return-grant.ts";
import type { Runtime } from "../runtime.ts";
import type { CollectedAccount } from "./collect-facts.ts";

/** Counts what went, by table. */
export type Tally = (table: string, rows: number) => void;

/** In which order what is due goes: the login first, then what was read through it, ids last. */
const order = ["credential", "third-party-event", "partner-event", "smart-invite", "structure"];

const patienceMs = 86_400_000;

async function untilDone(step: () => Promise<PurgeStep>, tally: Tally): Promise<void> {
  for (;;) {
    const { done, rows } = await step();
    for (const [table, count] of Object.entries(rows)) tally(table, count);
    if (done) return;
  }
}

/**
 * Carries out what is due of one account. Each step is a transaction that checks that the account's rights are those that were decided on: an
 * authorization that came in between stops it, and the next run decides anew.
 */
export async function carryOut(
  runtime: Runtime,
  store: OrganizationStore,
  account: CollectedAccount,
  decisions: readonly Decision[],
  tally: Tally,
): Promise<void> {
  const due = decisions.filter(({ action }) => action === "purge").sort((one, other) => order.indexOf(one.class) - order.indexOf(other.class));
  try {
    for (const decision of due) await carryOutOne(runtime, store, account, decision, tally);
  } catch (thrown) {
    if (!(thrown instanceof KalendsError) || thrown.code !== "revision-conflict") throw thrown;
    runtime.logger.log("info", "a purge was stopped by a change of rights", { account: account.facts.accountId });
  }
}

async function carryOutOne(runtime: Runtime, store: OrganizationStore, account: CollectedAccount, decision: Decision, tally: Tally): Promise<void> {
  const { retention } = store;
  const { accountId } = account.facts;
  const { rules } = account.held;
  const now = runtime.clock.now();
  if (decision.class === "credential") {
    // The grant first: a token that is gone cannot be taken back any more. A provider that cannot be reached is asked again for a day.
    const told = decision.rule === "credential-refused" || (await revokeById(runtime, store, decision.record));
    if (!told && now - (decision.due ?? now) < patienceMs) return;
    if (await retention.dropCredential(decision.record)) tally("credential", 1);
  } else if (decision.rule === "third-party-outside-window" && account.endedBefore !== null) {
    const { endedBefore } = account;
    await untilDone(() => retention.forgetPassed(accountId, endedBefore, now), tally);
  } else if (decision.class === "third-party-event") {
    await untilDone(() => retention.purgeEvents(accountId, rules, now), tally);
  } else if (decision.class === "structure") {
    await retention.beginPurge(accountId, rules, now);
    await finishAccountPurge(runtime, store, accountId, tally);
  }
}

async function revokeById(runtime: Runtime, store: OrganizationStore, connectionId: string): Promise<boolean> {
  const connection = await store.directory.findConnection(connectionId);
  if (connection === null) return true;
  try {
    await returnGrant(runtime, store, connection);
    return true;
  } catch (thrown) {
    if (toKalendsError(thrown).failure === "transient") return false;
    throw thrown;
  }
}

/** Goes on with the purge of an account until the account is gone. Its data key goes with the last of what it sealed. */
export async function finishAccountPurge(runtime: Runtime, store: OrganizationStore, accountId: string, tally: Tally): Promise<void> {
  await runtime.vault.destroyDataKey(store.organizationId, accountId);
  await untilDone(() => store.retention.purgeAccount(accountId, { records: false, now: runtime.clock.now() }), tally);
}
