import { evaluate, evaluateAccount, type Decision } from "@kalends/retention";
import type { OrganizationStore, RowCounts } from "@kalends/model";
import { raiseAlert } from "../alerts/raise-alert.ts";
import { purgeConnection } from "../disconnect/disconnect.ts";
import type { Runtime } from "../runtime.ts";
import { carryOut, finishAccountPurge, type Tally } from "./carry-out.ts";
import { allAccounts, collectAccount, collectShared } from "./collect-facts.ts";
import { lookAtClock, noteClock } from "./retention-clock.ts";
import { scrub } from "./scrub.ts";

export interface RetentionRunOptions {
  /** The clock jumped by more than 24 hours since the last run, and somebody has checked that it is right. */
  confirmClock?: boolean;
  /** Who asked for it, for the audit log. Default: the engine itself. */
  actor?: string;
  signal?: AbortSignal;
}

export interface RetentionRunReport {
  /** The time that was decided by, ISO 8601. */
  at: string;
  /** The clock jumped: nothing was removed, and `due` says what waits. */
  held: boolean;
  /** What was due. */
  due: Decision[];
  /** Rows that went, or were cut down, by table. */
  removed: RowCounts;
  /** Rows that are due and still there. */
  leftRows: number;
}

const overdueAfterMs = 86_400_000;

/** What a run would do now. Writes nothing. */
export async function planRetention(runtime: Runtime, store: OrganizationStore): Promise<{ at: string; held: boolean; decisions: Decision[] }> {
  const { now, held } = await lookAtClock(runtime);
  return { at: new Date(now).toISOString(), held, decisions: await decideAll(runtime, store, now) };
}

async function decideAll(runtime: Runtime, store: OrganizationStore, now: number): Promise<Decision[]> {
  const policy = runtime.retention;
  const decisions: Decision[] = [];
  for await (const accountId of allAccounts(store)) {
    const account = await collectAccount(store, policy, accountId, now);
    if (account !== null) decisions.push(...evaluateAccount(policy, account.facts, now));
  }
  decisions.push(...evaluate(policy, { accounts: [], shared: await collectShared(store, policy, now) }, now));
  return decisions.filter(({ rows }) => rows > 0);
}

/** Removes what is due, after finishing what an earlier run left behind. May be stopped and started again at any time. */
export async function runRetention(runtime: Runtime, store: OrganizationStore, options: RetentionRunOptions = {}): Promise<RetentionRunReport> {
  const clock = await noteClock(runtime, options.confirmClock === true);
  const { now } = clock;
  const at = new Date(now).toISOString();
  if (clock.held) {
    const due = (await decideAll(runtime, store, now)).filter(({ action }) => action === "purge");
    if (due.length > 0) await raiseAlert(runtime, store, { kind: "clock-jumped", subject: store.organizationId, detail: `${due.length} removals wait for a confirmation` });
    return { at, held: true, due, removed: {}, leftRows: rowsIn(due) };
  }
  const removed: Record<string, number> = {};
  const tally: Tally = (table, rows) => void (removed[table] = (removed[table] ?? 0) + rows);
  await finishPurges(runtime, store, tally);
  const due = await removeDue(runtime, store, now, options.signal, tally);
  const total = Object.values(removed).reduce((sum, rows) => sum + rows, 0);
  if (total > 0) {
    const counts = Object.entries(removed).map(([table, rows]) => `${table} ${rows}`).join(", ");
    await store.audit.append({ action: "purge", actor: options.actor ?? "kalends", subject: store.organizationId, detail: `policy ${runtime.retention.name}: ${counts}` }, runtime.clock.now());
    await scrub(runtime);
    runtime.signal.wake(store.organizationId);
  }
  const left = (await decideAll(runtime, store, now)).filter(({ action, class: of }) => action === "purge" && of !== "audit");
  await alertOverdue(runtime, store, left, now);
  return { at, held: false, due, removed, leftRows: rowsIn(left) };
}

function rowsIn(decisions: readonly Decision[]): number {
  return decisions.reduce((sum, { rows }) => sum + rows, 0);
}

/** A parent carries its mark until its last child is gone; so what broke off is found here. */
async function finishPurges(runtime: Runtime, store: OrganizationStore, tally: Tally): Promise<void> {
  for (const connectionId of await store.retention.purgingConnections()) await purgeConnection(runtime, store, connectionId);
  const erasing = new Set((await store.erasures.list({ unfinished: true })).map(({ accountId }) => accountId));
  for await (const accountId of allAccounts(store)) {
    const held = await store.retention.heldOf(accountId, { left: 0, due: 0 });
    if (held?.purging === true && !erasing.has(accountId)) await finishAccountPurge(runtime, store, accountId, tally);
  }
}

async function removeDue(runtime: Runtime, store: OrganizationStore, now: number, signal: AbortSignal | undefined, tally: Tally): Promise<Decision[]> {
  const policy = runtime.retention;
  const due: Decision[] = [];
  for await (const accountId of allAccounts(store)) {
    signal?.throwIfAborted();
    const account = await collectAccount(store, policy, accountId, now);
    if (account === null || account.held.purging) continue;
    if (policy.content === "never") tally("calendar_object", await store.retention.dropContent(accountId));
    const decisions = evaluateAccount(policy, account.facts, now).filter(({ action, rows }) => action === "purge" && rows > 0);
    due.push(...decisions);
    await carryOut(runtime, store, account, decisions, tally);
  }
  for (const decision of evaluate(policy, { accounts: [], shared: await collectShared(store, policy, now) }, now)) {
    if (decision.action !== "purge" || decision.class !== "operational") continue;
    due.push(decision);
    tally(decision.record, await store.retention.dropRecords(decision.record, now - policy.operational.afterWritten * 86_400_000));
  }
  return due;
}

/** A day late is a fault that somebody has to look at. */
async function alertOverdue(runtime: Runtime, store: OrganizationStore, left: readonly Decision[], now: number): Promise<void> {
  const late = left.filter(({ due }) => due !== null && now - due > overdueAfterMs);
  if (late.length === 0) return;
  const oldest = Math.min(...late.map(({ due }) => due ?? now));
  const detail = `${rowsIn(late)} rows should be gone, the first since ${new Date(oldest).toISOString()}`;
  await raiseAlert(runtime, store, { kind: "retention-overdue", subject: store.organizationId, detail });
}
