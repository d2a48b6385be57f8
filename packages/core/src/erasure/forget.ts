import { KalendsError } from "@kalends/model";
import type { AccountId, Erasure, OrganizationStore, RowCounts } from "@kalends/model";
import type { Runtime } from "../runtime.ts";
import { findSubject, newErasure, requireNoHold } from "./begin-erasure.ts";
import type { ErasureSubject, ForgetOptions } from "./erasure-subject.ts";
import { finishErasure } from "./finish-erasure.ts";
import { receiptOf, type ErasureReceipt } from "./receipt.ts";

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
  const { dryRun = false } = options;
  const account = await findSubject(store, subject);
  if (account === null) return again(runtime, store, subject, dryRun);
  const accountId = account.id;
  requireNoHold(runtime, accountId);
  if (dryRun) return { erasureId: null, accountId, dryRun, removed: await store.retention.rowsOf({ accountId }), receipt: null };
  const erasure = await newErasure(runtime, store, accountId, options);
  const { id, found } = erasure;
  // The ledger before the database: a request that is written there is carried out, whatever happens to the database.
  await runtime.ledger?.append({ organizationId: store.organizationId, accountId, erasureId: id, requestedAt: erasure.now });
  await store.erasures.begin(erasure);
  runtime.signal.wake(store.organizationId);
  await finishErasure(runtime, store, id);
  return { erasureId: id, accountId, dryRun, removed: found, receipt: await receiptOf(runtime, store, id) };
}

/** Erased before, or on the way: finishes what is left. */
async function again(runtime: Runtime, store: OrganizationStore, subject: ErasureSubject, dryRun: boolean): Promise<ForgetReport> {
  const erasure: Erasure | undefined = "accountId" in subject ? (await store.erasures.list({ accountId: subject.accountId }))[0] : undefined;
  if (erasure === undefined) throw new KalendsError("not-found", "There is no such account");
  if (!dryRun) await finishErasure(runtime, store, erasure.id);
  return { erasureId: erasure.id, accountId: erasure.accountId, dryRun, removed: {}, receipt: dryRun ? null : await receiptOf(runtime, store, erasure.id) };
}
