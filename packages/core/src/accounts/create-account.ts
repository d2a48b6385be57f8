import { assertZone } from "@kalends/ical";
import { accountInputSchema, KalendsError, scopes } from "@kalends/model";
import type { Account, OrganizationStore } from "@kalends/model";
import { newId } from "../new-id.ts";
import { ensureDefaultAuthorization } from "../permissions/default-application.ts";
import type { Runtime } from "../runtime.ts";

export interface AccountInput {
  /** Your own id of the user; unique in the organization. */
  externalId?: string;
  displayName?: string;
  /** IANA zone for all-day and floating times. Default `UTC`. */
  timeZone?: string;
}

/** Throws `already-exists` where the external id is taken, `zone-unknown`, `invalid-argument`. */
export async function createAccount(runtime: Runtime, store: OrganizationStore, input: AccountInput): Promise<Account> {
  const parsed = accountInputSchema.safeParse(input);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new KalendsError("invalid-argument", `The account's ${issue?.path.join(".") ?? "input"} is not acceptable`);
  }
  const timeZone = input.timeZone ?? "UTC";
  assertZone(timeZone);
  const account: Account = {
    organizationId: store.organizationId,
    id: newId(runtime.random, "acc"),
    externalId: input.externalId ?? null,
    displayName: input.displayName ?? null,
    timeZone,
    createdAt: runtime.clock.now(),
  };
  await store.directory.addAccount(account);
  await ensureDefaultAuthorization(runtime, store, account.id, scopes);
  return account;
}
