import type { AccountId, Acting, NewJob, OrganizationId, ProvisionedGroup, ProvisionedPage, ProvisionedUser, ProvisioningStore } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import { ProvisionedGroupRows } from "./provisioned-group-rows.ts";
import { ProvisionedUserRows } from "./provisioned-user-rows.ts";

export class SqlProvisioningStore implements ProvisioningStore {
  readonly #users: ProvisionedUserRows;
  readonly #groups: ProvisionedGroupRows;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#users = new ProvisionedUserRows(database, organization);
    this.#groups = new ProvisionedGroupRows(database, organization);
  }

  addUser(user: ProvisionedUser, acting: Acting): Promise<void> {
    return this.#users.add(user, acting);
  }

  findUser(accountId: AccountId): Promise<ProvisionedUser | null> {
    return this.#users.find(accountId);
  }

  findUserByName(userName: string): Promise<ProvisionedUser | null> {
    return this.#users.findByName(userName);
  }

  findUsersByExternalId(externalId: string): Promise<ProvisionedUser[]> {
    return this.#users.findByExternalId(externalId);
  }

  listUsers(page: ProvisionedPage): Promise<ProvisionedUser[]> {
    return this.#users.list(page);
  }

  countUsers(): Promise<number> {
    return this.#users.count();
  }

  replaceUser(user: ProvisionedUser, expected: number, jobs: readonly NewJob[], acting: Acting): Promise<void> {
    return this.#users.replace(user, expected, jobs, acting);
  }

  removeUser(accountId: AccountId, jobs: readonly NewJob[], acting: Acting): Promise<void> {
    return this.#users.remove(accountId, jobs, acting);
  }

  addGroup(group: ProvisionedGroup, acting: Acting): Promise<void> {
    return this.#groups.add(group, acting);
  }

  findGroup(id: string): Promise<ProvisionedGroup | null> {
    return this.#groups.find(id);
  }

  findGroupByName(displayName: string): Promise<ProvisionedGroup | null> {
    return this.#groups.findByName(displayName);
  }

  listGroups(page: ProvisionedPage): Promise<ProvisionedGroup[]> {
    return this.#groups.list(page);
  }

  countGroups(): Promise<number> {
    return this.#groups.count();
  }

  groupsOf(accountId: AccountId): Promise<ProvisionedGroup[]> {
    return this.#groups.groupsOf(accountId);
  }

  replaceGroup(group: ProvisionedGroup, expected: number, acting: Acting): Promise<void> {
    return this.#groups.replace(group, expected, acting);
  }

  removeGroup(id: string, acting: Acting): Promise<void> {
    return this.#groups.remove(id, acting);
  }
}
