import { hostActor, KalendsError } from "@kalends/model";
import type { Account, AccountId, ErasureGrant, NewErasure, OrganizationStore } from "@kalends/model";
import { openCredential } from "../connect/open-credential.ts";
import { newId } from "../new-id.ts";
import type { Runtime } from "../runtime.ts";
import { sealGrant } from "./erasure-grants.ts";
import type { ErasureSubject, ForgetOptions } from "./erasure-subject.ts";

/** `null` where there is no such account, or not any more. */
export function findSubject(store: OrganizationStore, subject: ErasureSubject): Promise<Account | null> {
  return "accountId" in subject ? store.directory.findAccount(subject.accountId) : store.directory.findAccountByExternalId(subject.externalId);
}

/** Throws `legal-hold` where the policy holds the account. */
export function requireNoHold(runtime: Runtime, accountId: AccountId): void {
  const { legalHold } = runtime.retention;
  if (legalHold !== "all" && !legalHold.includes(accountId)) return;
  throw new KalendsError("legal-hold", `The account ${accountId} is under a legal hold`);
}

/** Everything that has to be known before the account's data key is gone; `store.erasures.begin` takes it. */
export async function newErasure(runtime: Runtime, store: OrganizationStore, accountId: AccountId, options: ForgetOptions): Promise<NewErasure> {
  const { actor = hostActor, notify = [] } = options;
  const found = await store.retention.rowsOf({ accountId });
  const id = newId(runtime.random, "era");
  const grants = await sealedGrants(runtime, store, accountId, id);
  return { id, accountId, actor, found, items: [...runtime.externalSystems, ...notify], grants, now: runtime.clock.now() };
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
