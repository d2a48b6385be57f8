import { KalendsError } from "@kalends/model";
import type { AccountId, OrganizationStore } from "@kalends/model";

/** Throws `account-suspended` where the identity provider that keeps the user deactivated it. */
export async function requireActiveUser(store: OrganizationStore, accountId: AccountId): Promise<void> {
  if (await isDeactivated(store, accountId)) throw new KalendsError("account-suspended", `The user of account ${accountId} is deactivated`);
}

export async function isDeactivated(store: OrganizationStore, accountId: AccountId): Promise<boolean> {
  return (await store.provisioning.findUser(accountId))?.active === false;
}
