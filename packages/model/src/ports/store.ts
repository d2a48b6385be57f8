import type { OrganizationId } from "../ids.ts";
import type { Organization } from "../parties.ts";
import type { ApplicationFeed } from "./application-feed.ts";
import type { AlertLog } from "./alert-log.ts";
import type { AuditLog } from "./audit-log.ts";
import type { ConnectAttempts } from "./connect-attempts.ts";
import type { CredentialStore } from "./credential-store.ts";
import type { DataKeyStore } from "./data-key-store.ts";
import type { Directory } from "./directory.ts";
import type { JobQueue, JobSource } from "./job-queue.ts";
import type { MemberStore } from "./member-store.ts";
import type { ProvisioningStore } from "./provisioning-store.ts";
import type { ChangeFeed, Reader } from "./reader.ts";
import type { RequestBudgets } from "./request-budgets.ts";
import type { ErasureStore } from "./erasure-store.ts";
import type { RetentionStore } from "./retention-store.ts";
import type { SyncStore } from "./sync-store.ts";
import type { WatchStore } from "./watch-store.ts";

/** Everything of one organization. No call on it can reach another one. */
export interface OrganizationStore {
  readonly organizationId: OrganizationId;
  readonly directory: Directory;
  readonly sync: SyncStore;
  readonly reader: Reader;
  readonly feed: ChangeFeed;
  readonly jobs: JobQueue;
  readonly credentials: CredentialStore;
  readonly dataKeys: DataKeyStore;
  readonly audit: AuditLog;
  readonly alerts: AlertLog;
  readonly members: MemberStore;
  readonly provisioning: ProvisioningStore;
  readonly applicationFeed: ApplicationFeed;
  readonly watches: WatchStore;
  readonly connectAttempts: ConnectAttempts;
  readonly retention: RetentionStore;
  readonly erasures: ErasureStore;
}

/** The store inside a transaction of the host's own. */
export interface JoinedStore {
  /** Like `Store.organization`: nothing else of the database is reached. */
  organization(id: OrganizationId): OrganizationStore;
}

/** A place to keep things. */
export interface Store {
  /** Schema: `run` applies what is missing and returns the names; `check` throws `store-unmigrated` or `store-too-new`; `print` gives the SQL. */
  readonly migrations: {
    run(): Promise<string[]>;
    check(): Promise<void>;
    print(): string;
  };
  addOrganization(organization: Organization): Promise<void>;
  findOrganization(id: OrganizationId): Promise<Organization | null>;
  listOrganizations(): Promise<Organization[]>;
  organization(id: OrganizationId): OrganizationStore;
  /**
   * The store inside a transaction that the host began on the same database and will end: what is written there is committed and rolled back
   * with it. A call that throws has changed nothing, and the transaction goes on. What `transaction` is, each store says. Absent where a store
   * cannot do it. Throws `invalid-argument` for something else; so do the calls once the transaction has ended.
   */
  joined?(transaction: object): JoinedStore;
  readonly jobSource: JobSource;
  readonly budgets: RequestBudgets;
  /** Names of those who hold a claim, a job or the right to renew a credential, of which the lease has not run out. */
  liveHolders(now: number): Promise<string[]>;
  /**
   * Ends all claims, job leases and renewals of a holder that is known to be dead. Fencing tokens stay as they are, and so does what is known
   * of an exchange that it began.
   */
  releaseHolder(holder: string): Promise<void>;
  /**
   * Settings of the whole database, such as the vault's key check. `put` throws `already-exists` where the name is taken; `replace`
   * throws `revision-conflict` where the value is not `expected`.
   */
  readonly settings: {
    get(name: string): Promise<string | null>;
    put(name: string, value: string): Promise<void>;
    replace(name: string, expected: string, value: string): Promise<void>;
  };
  /**
   * Sees to it that what was deleted is in none of the database's files any more; false where somebody who reads an older snapshot stands in
   * the way. Absent where the database cannot do that by itself.
   */
  scrub?(): Promise<boolean>;
  close(): Promise<void>;
}
