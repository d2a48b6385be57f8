import { hostActor, KalendsError } from "@kalends/model";
import type { AccountId, Erasure, ErasureGrant, OrganizationStore, RowCounts } from "@kalends/model";
import { openCredential } from "../connect/open-credential.ts";
import { newId } from "../new-id.ts";
import type { Runtime } from "../runtime.ts";
import { sealGrant } from "./erasure-grants.ts";
import { finishErasure } from "./finish-erasure.ts";
import { receiptOf, type ErasureReceipt } from "./receipt.ts";

/** Who asks to be forgotten: by Kalends' id or by the host's own. */
export type ErasureSubject = { accountId: AccountId } | { externalId: string };

export interface ForgetOptions {
  /** Only tell what would go. */
  dryRun?: boolean;
  /** Systems of the host's that have to be told as well; with those of the engine's setting. */
  notify?: readonly string[];
  /** Who asked for it, for the audit log. Default: the host. */
  actor?: string;
}

export interface ForgetReport {
  /** `null` in a dry run. */
  erasureId: string | null;
  accountId: AccountId;
  dryRun: boolean;
  /** Rows that went, or would go, by table; none where the account was erased before. */
  removed: RowCounts;
  /** `null` in a dry run. */
  receipt: ErasureReceipt | null;
}

/**
 * Forgets a person: the data key first, then every row of every table, then the bytes. From the first transaction on nobody finds the account.
 * A call that broke off is finished by the next one, by the scheduler, or at the next start. A second call removes nothing and answers the
 * receipt again. Throws `not-found`, and `legal-hold` where the policy holds the account.
 */
export async function forget(runtime: Runtime, store: OrganizationStore, subject: ErasureSubject, options: ForgetOptions = {}): Promise<ForgetReport> {
  const { actor = hostActor, dryRun = false } = options;
  const account = "accountId" in subject ? await store.directory.findAccount(subject.accountId) : await store.directory.findAccountByExternalId(subject.externalId);
  if (account === null) return again(runtime, store, subject, dryRun);
  const accountId = account.id;
  requireNoHold(runtime, accountId);
  const found = await store.retention.rowsOf({ accountId });
  if (dryRun) return { erasureId: null, accountId, dryRun, removed: found, receipt: null };
  const id = newId(runtime.random, "era");
  const now = runtime.clock.now();
  const grants = await sealedGrants(runtime, store, accountId, id);
  // The ledger before the database: a request that is written there is carried out, whatever happens to the database.
  await runtime.ledger?.append({ organizationId: store.organizationId, accountId, erasureId: id, requestedAt: now });
  await store.erasures.begin({ id, accountId, actor, found, items: [...runtime.externalSystems, ...(options.notify ?? [])], grants, now });
  runtime.signal.wake(store.organizationId);
  await finishErasure(runtime, store, id);
  return { erasureId: id, accountId, dryRun, removed: found, receipt: await receiptOf(runtime, store, id) };
}

function requireNoHold(runtime: Runtime, accountId: AccountId): void {
  const { legalHold } = runtime.retention;
  if (legalHold !== "all" && !legalHold.includes(accountId)) return;
  throw new KalendsError("legal-hold", `The account ${accountId} is under a legal hold`);
}

/** Erased before, or on the way: finishes what is left. */
async function again(runtime: Runtime, store: OrganizationStore, subject: ErasureSubject, dryRun: boolean): Promise<ForgetReport> {
  const erasure: Erasure | undefined = "accountId" in subject ? (await store.erasures.list({ accountId: subject.accountId }))[0] : undefined;
  if (erasure === undefined) throw new KalendsError("not-found", "There is no such account");
  if (!dryRun) await finishErasure(runtime, store, erasure.id);
  return { erasureId: erasure.id, accountId: erasure.accountId, dryRun, removed: {}, receipt: dryRun ? null : await receiptOf(runtime, store, erasure.id) };
}

/** Grants outlive the account's data key until their providers have confirmed their end, sealed under the organization's own. */
async function sealedGrants(runtime: Runtime, store: OrganizationStore, accountId: AccountId, erasureId: string): Promise<ErasureGrant[]> {
  const grants: ErasureGrant[] = [];
  for (const connection of await store.directory.listConnections(accountId)) {
    if (runtime.providers.get(connection.provider)?.revokeGrant === undefined) continue;
    if ((await store.credentials.get(connection.id)) === null) continue;
    const { credential } = await openCredential(runtime.vault, store, connection);
    if (credential.kind === "oauth") grants.push(await sealGrant(runtime, store.organizationId, erasureId, connection, credential));
  }
  return grants;
}
