import { hostActor, KalendsError, scopes } from "@kalends/model";
import type {
  Account, AccountId, Acting, NewJob, OrganizationStore, ProvisionedGroup, ProvisionedPage, ProvisionedUser,
} from "@kalends/model";
import type { AccountInput } from "../accounts/create-account.ts";
import { newId } from "../new-id.ts";
import { defaultApplicationId, ensureDefaultAuthorization } from "../permissions/default-application.ts";
import type { Runtime } from "../runtime.ts";
import { checkGroup, checkUser } from "./check-provisioned.ts";
import { deprovisionAccount } from "./deprovision-account.ts";
import type { ProvisionedGroupInput, ProvisionedUserInput } from "./provisioned-input.ts";

/**
 * Users and groups that an identity provider keeps. A user's id is its account's. Where a user is deactivated or removed, everybody's
 * right to the account ends and its credentials are dropped at once; the rest goes when retention is due. Activating it again gives the
 * host's own application a new right; a login is needed anew.
 */
export interface ProvisioningDirectory {
  /**
   * Takes over the account whose external id is the user's external id or user name, or makes one. Throws `already-exists` where the
   * user name is taken, `zone-unknown`, `invalid-argument`.
   */
  createUser(input: ProvisionedUserInput): Promise<ProvisionedUser>;
  findUser(accountId: AccountId): Promise<ProvisionedUser | null>;
  findUserByName(userName: string): Promise<ProvisionedUser | null>;
  findUsersByExternalId(externalId: string): Promise<ProvisionedUser[]>;
  listUsers(page: ProvisionedPage): Promise<ProvisionedUser[]>;
  countUsers(): Promise<number>;
  /** `expected`: the version that the change is based on. Throws `not-found`, `revision-conflict`, `already-exists`, `invalid-argument`. */
  replaceUser(accountId: AccountId, expected: number, input: ProvisionedUserInput): Promise<ProvisionedUser>;
  /** Deprovisions the account and forgets the user. The account stays until it is erased. Throws `not-found`. */
  removeUser(accountId: AccountId): Promise<void>;
  createGroup(input: ProvisionedGroupInput): Promise<ProvisionedGroup>;
  findGroup(id: string): Promise<ProvisionedGroup | null>;
  findGroupByName(displayName: string): Promise<ProvisionedGroup | null>;
  listGroups(page: ProvisionedPage): Promise<ProvisionedGroup[]>;
  countGroups(): Promise<number>;
  /** The groups of a user; their `memberIds` are left empty. */
  groupsOf(accountId: AccountId): Promise<ProvisionedGroup[]>;
  replaceGroup(id: string, expected: number, input: ProvisionedGroupInput): Promise<ProvisionedGroup>;
  removeGroup(id: string): Promise<void>;
}

export type CreateAccount = (input: AccountInput) => Promise<Account>;

class Provisioning implements ProvisioningDirectory {
  readonly #runtime: Runtime;
  readonly #store: OrganizationStore;
  readonly #createAccount: CreateAccount;
  readonly #actor: string;

  constructor(runtime: Runtime, store: OrganizationStore, createAccount: CreateAccount, actor: string) {
    this.#runtime = runtime;
    this.#store = store;
    this.#createAccount = createAccount;
    this.#actor = actor;
  }

  async createUser(input: ProvisionedUserInput): Promise<ProvisionedUser> {
    checkUser(input);
    const { provisioning } = this.#store;
    if ((await provisioning.findUserByName(input.userName)) !== null) throw new KalendsError("already-exists", "A provisioned user has this user name");
    const account = (await this.#unclaimedAccount(input)) ?? (await this.#newAccount(input));
    const now = this.#runtime.clock.now();
    const user: ProvisionedUser = { accountId: account.id, ...this.#kept(input), createdAt: now, changedAt: now, version: 1 };
    await provisioning.addUser(user, this.#acting());
    if (!input.active) await deprovisionAccount(this.#runtime, this.#store, account.id);
    return user;
  }

  findUser(accountId: AccountId): Promise<ProvisionedUser | null> {
    return this.#store.provisioning.findUser(accountId);
  }

  findUserByName(userName: string): Promise<ProvisionedUser | null> {
    return this.#store.provisioning.findUserByName(userName);
  }

  findUsersByExternalId(externalId: string): Promise<ProvisionedUser[]> {
    return this.#store.provisioning.findUsersByExternalId(externalId);
  }

  listUsers(page: ProvisionedPage): Promise<ProvisionedUser[]> {
    return this.#store.provisioning.listUsers(page);
  }

  countUsers(): Promise<number> {
    return this.#store.provisioning.countUsers();
  }

  async replaceUser(accountId: AccountId, expected: number, input: ProvisionedUserInput): Promise<ProvisionedUser> {
    checkUser(input);
    const before = await this.#requireUser(accountId);
    const user: ProvisionedUser = { ...before, ...this.#kept(input), changedAt: this.#runtime.clock.now(), version: expected + 1 };
    const ends = !input.active;
    await this.#store.provisioning.replaceUser(user, expected, ends ? [this.#ending(accountId)] : [], this.#acting());
    if (ends) await this.#endNow(accountId);
    else if (!before.active) await this.#welcomeBack(accountId);
    return user;
  }

  async removeUser(accountId: AccountId): Promise<void> {
    await this.#store.provisioning.removeUser(accountId, [this.#ending(accountId)], this.#acting());
    await this.#endNow(accountId);
  }

  async createGroup(input: ProvisionedGroupInput): Promise<ProvisionedGroup> {
    checkGroup(input);
    const now = this.#runtime.clock.now();
    const group: ProvisionedGroup = { id: newId(this.#runtime.random, "grp"), ...this.#keptGroup(input), createdAt: now, changedAt: now, version: 1 };
    await this.#store.provisioning.addGroup(group, this.#acting());
    return group;
  }

  findGroup(id: string): Promise<ProvisionedGroup | null> {
    return this.#store.provisioning.findGroup(id);
  }

  findGroupByName(displayName: string): Promise<ProvisionedGroup | null> {
    return this.#store.provisioning.findGroupByName(displayName);
  }

  listGroups(page: ProvisionedPage): Promise<ProvisionedGroup[]> {
    return this.#store.provisioning.listGroups(page);
  }

  countGroups(): Promise<number> {
    return this.#store.provisioning.countGroups();
  }

  groupsOf(accountId: AccountId): Promise<ProvisionedGroup[]> {
    return this.#store.provisioning.groupsOf(accountId);
  }

  async replaceGroup(id: string, expected: number, input: ProvisionedGroupInput): Promise<ProvisionedGroup> {
    checkGroup(input);
    const before = await this.#store.provisioning.findGroup(id);
    if (before === null) throw new KalendsError("not-found", `There is no provisioned group ${id}`);
    const group: ProvisionedGroup = { ...before, ...this.#keptGroup(input), changedAt: this.#runtime.clock.now(), version: expected + 1 };
    await this.#store.provisioning.replaceGroup(group, expected, this.#acting());
    return group;
  }

  removeGroup(id: string): Promise<void> {
    return this.#store.provisioning.removeGroup(id, this.#acting());
  }

  /** The work is durable with the change that asks for it; done at once here, it leaves the queue again. */
  async #endNow(accountId: AccountId): Promise<void> {
    await deprovisionAccount(this.#runtime, this.#store, accountId);
    await this.#store.jobs.cancel("deprovision-account", accountId);
  }

  #ending(accountId: AccountId): NewJob {
    return { kind: "deprovision-account", subject: accountId, runAt: this.#runtime.clock.now() };
  }

  /** What other applications had stays ended: somebody has to grant it again. */
  async #welcomeBack(accountId: AccountId): Promise<void> {
    await this.#store.jobs.cancel("deprovision-account", accountId);
    const mine = (await this.#store.directory.listAuthorizations(accountId)).filter(({ applicationId }) => applicationId === defaultApplicationId);
    if (mine.some(({ state }) => state === "active")) return;
    await ensureDefaultAuthorization(this.#runtime, this.#store, accountId, scopes);
  }

  async #unclaimedAccount({ externalId, userName }: ProvisionedUserInput): Promise<Account | null> {
    for (const id of [externalId, userName]) {
      const account = id === undefined || id === null ? null : await this.#store.directory.findAccountByExternalId(id);
      if (account !== null && (await this.findUser(account.id)) === null) return account;
    }
    return null;
  }

  async #newAccount({ externalId, userName, displayName, timeZone }: ProvisionedUserInput): Promise<Account> {
    const named = { ...(displayName === undefined ? {} : { displayName }), ...(timeZone === undefined ? {} : { timeZone }) };
    for (const id of [externalId, userName]) {
      if (id === undefined || id === null || id.length > 128) continue;
      if ((await this.#store.directory.findAccountByExternalId(id)) === null) return this.#createAccount({ externalId: id, ...named });
    }
    return this.#createAccount(named);
  }

  async #requireUser(accountId: AccountId): Promise<ProvisionedUser> {
    const user = await this.findUser(accountId);
    if (user === null) throw new KalendsError("not-found", `There is no provisioned user ${accountId}`);
    return user;
  }

  #kept({ userName, externalId, active, attributes }: ProvisionedUserInput): Pick<ProvisionedUser, "userName" | "externalId" | "active" | "attributes"> {
    return { userName, externalId: externalId ?? null, active, attributes };
  }

  #keptGroup(input: ProvisionedGroupInput): Pick<ProvisionedGroup, "displayName" | "externalId" | "memberIds" | "attributes"> {
    const { displayName, externalId, memberIds, attributes } = input;
    return { displayName, externalId: externalId ?? null, memberIds: [...new Set(memberIds)].sort(), attributes };
  }

  #acting(): Acting {
    return { actor: this.#actor, now: this.#runtime.clock.now() };
  }
}

export function provisioningDirectory(
  runtime: Runtime,
  store: OrganizationStore,
  createAccount: CreateAccount,
  actor: string = hostActor,
): ProvisioningDirectory {
  return new Provisioning(runtime, store, createAccount, actor);
}
