import { hostActor, KalendsError } from "@kalends/model";
import type { AccountId, CalendarId, ConnectionId, OrganizationId, OrganizationStore } from "@kalends/model";
import { createAccount } from "../accounts/create-account.ts";
import { applicationDirectory, type ApplicationDirectory } from "../applications/application-directory.ts";
import { createAuditTrail, type AuditTrail } from "../audit/audit-trail.ts";
import { requestDisconnect } from "../disconnect/request-disconnect.ts";
import { requestErasure } from "../erasure/request-erasure.ts";
import type { ErasureSubject, ForgetOptions } from "../erasure/erasure-subject.ts";
import type { OrganizationEngine } from "../organization-engine.ts";
import type { Runtime } from "../runtime.ts";

/**
 * What can be done of an organization inside a transaction of the host's: nothing here talks to a provider. Wait for each call before the next
 * statement, and for the last one before the commit. A call that throws has changed nothing, and the transaction goes on. Each throws
 * `invalid-argument` once the transaction has ended.
 */
export interface OrganizationTransaction
  extends Pick<OrganizationEngine, "organizationId" | "createAccount" | "findAccount" | "findAccountByExternalId" | "listAccounts" | "listConnections"> {
  readonly applications: ApplicationDirectory;
  readonly audit: Pick<AuditTrail, "note">;
  /** Has the calendar synced soon after the commit. Throws `not-found`. */
  requestSync(calendarId: CalendarId): Promise<void>;
  /**
   * Ends a connection at the commit: it is listed and synced no more, and what was read through it stays under the retention policy. A job tells
   * the provider and drops the credential. Ending again does nothing. Throws `not-found`.
   */
  requestDisconnect(connectionId: ConnectionId, options?: { actor?: string }): Promise<void>;
  /**
   * Accepts a request to be forgotten: from the commit on nobody finds the account, and a job carries the erasure out. Throws `not-found` also
   * where the account was erased before, and `legal-hold`.
   */
  requestErasure(subject: ErasureSubject, options?: Omit<ForgetOptions, "dryRun">): Promise<{ erasureId: string; accountId: AccountId }>;
  /**
   * Call it after the commit: listeners and workers of this process look at once. Without it they look when they next do; nothing is lost.
   */
  committed(): void;
}

/** An organization inside a transaction of the host's. Throws `invalid-argument` where the store cannot join it. */
export function organizationTransaction(runtime: Runtime, organizationId: OrganizationId, transaction: object, wake: () => void): OrganizationTransaction {
  const { store, vault } = runtime.join(transaction, organizationId);
  // Nobody is told before the commit.
  const inside: Runtime = { ...runtime, vault, signal: { subscribe: runtime.signal.subscribe, wake: () => undefined } };
  const { directory } = store;
  return {
    organizationId,
    createAccount: (input = {}) => createAccount(inside, store, input),
    findAccount: (id) => directory.findAccount(id),
    findAccountByExternalId: (externalId) => directory.findAccountByExternalId(externalId),
    listAccounts: () => directory.listAccounts(),
    listConnections: (accountId) => directory.listConnections(accountId),
    applications: applicationDirectory(inside, store),
    audit: { note: createAuditTrail(inside, store).note },
    requestSync: (calendarId) => requestSync(inside, store, calendarId),
    requestDisconnect: (connectionId, { actor = hostActor } = {}) => requestDisconnect(inside, store, connectionId, actor),
    requestErasure: (subject, options) => requestErasure(inside, store, subject, options),
    committed: () => {
      runtime.signal.wake(organizationId);
      wake();
    },
  };
}

async function requestSync(runtime: Runtime, store: OrganizationStore, calendarId: CalendarId): Promise<void> {
  const calendar = await store.directory.findCalendar(calendarId);
  if (calendar === null || calendar.removedAt !== null) throw new KalendsError("not-found", `There is no calendar ${calendarId}`);
  await store.jobs.enqueue({ kind: "sync-calendar", subject: calendarId, runAt: runtime.clock.now(), priority: "user" });
}
