import type { AccountId } from "../ids.ts";
import type { ProvisionedGroup, ProvisionedUser } from "../provisioning.ts";
import type { NewJob } from "./job-queue.ts";
import type { Acting } from "./member-store.ts";

/** A stretch of a list in the order of ids. */
export interface ProvisionedPage {
  /** Entries with a greater id; `null`: from the first. */
  after: string | null;
  /** How many of those to leave out first. Default 0. */
  offset?: number;
  limit: number;
}

/**
 * Users and groups that identity providers keep in one organization. Names and external ids are compared exactly as they are given. Each change
 * writes its audit line in the same transaction.
 */
export interface ProvisioningStore {
  /** Throws `already-exists` where the user name is taken or the account is provisioned, `not-found` where there is no such account. */
  addUser(user: ProvisionedUser, acting: Acting): Promise<void>;
  findUser(accountId: AccountId): Promise<ProvisionedUser | null>;
  findUserByName(userName: string): Promise<ProvisionedUser | null>;
  findUsersByExternalId(externalId: string): Promise<ProvisionedUser[]>;
  listUsers(page: ProvisionedPage): Promise<ProvisionedUser[]>;
  countUsers(): Promise<number>;
  /**
   * Replaces the user of that version, with the jobs that follow from it, in one transaction. Throws `revision-conflict` where the version is
   * another one, `already-exists` where the new name is taken, `not-found`.
   */
  replaceUser(user: ProvisionedUser, expected: number, jobs: readonly NewJob[], acting: Acting): Promise<void>;
  /** Drops the user and its memberships; the account stays. Queues the jobs in the same transaction. Throws `not-found`. */
  removeUser(accountId: AccountId, jobs: readonly NewJob[], acting: Acting): Promise<void>;

  /** Throws `already-exists` where the name is taken, `not-found` where a member is not provisioned. */
  addGroup(group: ProvisionedGroup, acting: Acting): Promise<void>;
  findGroup(id: string): Promise<ProvisionedGroup | null>;
  findGroupByName(displayName: string): Promise<ProvisionedGroup | null>;
  listGroups(page: ProvisionedPage): Promise<ProvisionedGroup[]>;
  countGroups(): Promise<number>;
  /** The groups of a user in the order of ids; their `memberIds` are left empty. */
  groupsOf(accountId: AccountId): Promise<ProvisionedGroup[]>;
  /** Throws like `addGroup`, and `revision-conflict`. */
  replaceGroup(group: ProvisionedGroup, expected: number, acting: Acting): Promise<void>;
  /** Throws `not-found`. */
  removeGroup(id: string, acting: Acting): Promise<void>;
}
