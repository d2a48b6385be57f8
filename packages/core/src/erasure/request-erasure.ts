import { KalendsError } from "@kalends/model";
import type { AccountId, OrganizationStore } from "@kalends/model";
import type { Runtime } from "../runtime.ts";
import { findSubject, newErasure, requireNoHold } from "./begin-erasure.ts";
import type { ErasureSubject, ForgetOptions } from "./erasure-subject.ts";

/**
 * Writes a request to be forgotten down, with the job that carries it out. The ledger hears of it from that job: here the request may yet be
 * rolled back. Throws `not-found`, `legal-hold`.
 */
export async function requestErasure(
  runtime: Runtime,
  store: OrganizationStore,
  subject: ErasureSubject,
  options: Omit<ForgetOptions, "dryRun"> = {},
): Promise<{ erasureId: string; accountId: AccountId }> {
  const account = await findSubject(store, subject);
  if (account === null) throw new KalendsError("not-found", "There is no such account");
  requireNoHold(runtime, account.id);
  const erasure = await newErasure(runtime, store, account.id, options);
  await store.erasures.begin(erasure);
  await store.jobs.enqueue({ kind: "erasure", subject: erasure.id, runAt: erasure.now });
  return { erasureId: erasure.id, accountId: account.id };
}
