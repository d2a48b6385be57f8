import type { FreeBusyAnswer } from "@kalends/availability";
import { KalendsError } from "@kalends/model";
import type { Account, Calendar, CalendarSubscription, ChangeRecord, Connection, ConnectionStatus } from "@kalends/model";
import type { DeadLetterStatus, OrganizationStore, QuarantinedItem } from "@kalends/model";
import { createAccount, type AccountInput } from "./accounts/create-account.ts";
import { createAlertBoard, type AlertBoard } from "./alerts/alert-board.ts";
import { createAuditTrail, type AuditTrail } from "./audit/audit-trail.ts";
import { listSubscriptions } from "./calendars/list-subscriptions.ts";
import { refreshCalendars, type CalendarListReport } from "./calendars/refresh-calendars.ts";
import { applicationDirectory, type ApplicationDirectory } from "./applications/application-directory.ts";
import { applicationEngine, type ApplicationEngine } from "./applications/application-engine.ts";
import { beginConnect, type BeginConnectInput, type BegunConnect } from "./connect/begin-connect.ts";
import { completeConnect, type CompleteConnectInput, type CompletedConnect } from "./connect/complete-connect.ts";
import { connectLogin, reconnectLogin, type ConnectInput, type ConnectResult, type ReconnectInput } from "./connect/connect-login.ts";
import { provisioningDirectory, type ProvisioningDirectory } from "./provisioning/provisioning-directory.ts";
import { disconnect, type DisconnectOptions, type DisconnectReport } from "./disconnect/disconnect.ts";
import { memberDirectory, type MemberDirectory } from "./organizations/member-directory.ts";
import { erasureDesk, type ErasureDesk } from "./erasure/erasure-desk.ts";
import { retentionDesk, type RetentionDesk } from "./retention/retention-desk.ts";
import { listOccurrences, type OccurrenceList, type OccurrenceRequest } from "./read/list-occurrences.ts";
import { readFreeBusy, type FreeBusyRequest } from "./read/read-free-busy.ts";
import type { Runtime } from "./runtime.ts";
import { readDeadLetters, retryDeadLetters } from "./status/dead-letters.ts";
import { readStatus } from "./status/read-status.ts";
import { syncCalendar, type SyncOptions } from "./sync/sync-calendar.ts";
import { syncMany, type SyncManyOptions, type SyncManyReport } from "./sync/sync-many.ts";
import type { SyncReport } from "./sync/sync-report.ts";

/** Everything the engine does inside one organization. */
export interface OrganizationEngine {
  readonly organizationId: string;
  readonly audit: AuditTrail;
  readonly alerts: AlertBoard;
  /** Throws `already-exists` where the external id is taken, `zone-unknown`, `invalid-argument`. */
  createAccount(input?: AccountInput): Promise<Account>;
  findAccount(id: string): Promise<Account | null>;
  findAccountByExternalId(externalId: string): Promise<Account | null>;
  listAccounts(): Promise<Account[]>;
  connect(input: ConnectInput): Promise<ConnectResult>;
  /** Mends a connection in place with a new proof of the same login. Throws `not-found`, `account-mismatch`, `auth-failed` and others. */
  reconnect(input: ReconnectInput): Promise<ConnectResult>;
  /** Ends a connection; what becomes of the stored data has to be said. Throws `not-found`, `invalid-argument`. */
  disconnect(connectionId: string, options: DisconnectOptions): Promise<DisconnectReport>;
  /** Begins a provider's consent flow: tells where to send the browser. See `BeginConnectInput`. */
  beginConnect(input: BeginConnectInput): Promise<BegunConnect>;
  /** Finishes it when the browser is back. Throws `connect-attempt-invalid` where this browser has no such attempt. */
  completeConnect(input: CompleteConnectInput): Promise<CompletedConnect>;
  listConnections(accountId?: string): Promise<Connection[]>;
  listCalendars(filter?: { accountId?: string; connectionId?: string }): Promise<Calendar[]>;
  /**
   * Asks the provider for the feeds that a login follows there. They are no calendars of the login and are not synced; `connectFeed` with the
   * source of one reads it. Nothing of it is stored. Empty where the provider knows no such thing.
   */
  listSubscriptions(connectionId: string, options?: { signal?: AbortSignal }): Promise<CalendarSubscription[]>;
  /** Reads a connection's calendar list now. */
  refreshCalendars(connectionId: string, options?: { signal?: AbortSignal }): Promise<CalendarListReport>;
  /** Reads calendar lists, then changes of all calendars, or of those chosen. Failures are in the report, not thrown. */
  sync(options?: SyncManyOptions): Promise<SyncManyReport>;
  syncCalendar(calendarId: string, options?: SyncOptions): Promise<SyncReport>;
  /** Forgets the position of a calendar and reads it whole; what changed meanwhile comes out as changes. */
  resync(calendarId: string, options?: Omit<SyncOptions, "fresh">): Promise<SyncReport>;
  freeBusy(request: FreeBusyRequest): Promise<FreeBusyAnswer>;
  occurrences(request: OccurrenceRequest): Promise<OccurrenceList>;
  status(accountId?: string): Promise<ConnectionStatus[]>;
  /** Jobs of all kinds that were set aside because they kept failing, with what to do; each is tried once a day, and whatever asks for it runs it at once. */
  deadLetters(): Promise<DeadLetterStatus[]>;
  /** Makes all of them due at once, for the next worker that looks. Resolves with how many there are. */
  retryDeadLetters(): Promise<number>;
  quarantined(calendarId: string): Promise<QuarantinedItem[]>;
  /** Change records after `since`, in order. `limit`: 1 or more, default 1,000. Throws `invalid-argument`. */
  changes(since: number, limit?: number): Promise<ChangeRecord[]>;
  /** Number of the newest change record. */
  changesHead(): Promise<number>;
  /** How long what is kept, and its end. */
  readonly retention: RetentionDesk;
  /** The right to be forgotten, and to a copy. */
  readonly erasure: ErasureDesk;
  /** Calls the listener after changes were committed by this process. */
  onChange(listener: () => void): () => void;
  /** Applications and their rights to accounts. */
  readonly applications: ApplicationDirectory;
  /** People of the organization and the ways into it. */
  readonly members: MemberDirectory;
  /** Users and groups that an identity provider keeps here (SCIM). */
  readonly provisioning: ProvisioningDirectory;
  /** What one application may ask. Its calls throw `not-found` where there is no such application. */
  application(applicationId: string): ApplicationEngine;
  /** The same as one member may use it: each call asks the role's action table and may throw `not-authorized`. */
  actingAs(memberId: string): OrganizationEngine;
}

/** Gives an organization as one member may use it. */
export type ActAs = (runtime: Runtime, store: OrganizationStore, engine: OrganizationEngine, memberId: string) => OrganizationEngine;

export function organizationEngine(runtime: Runtime, store: OrganizationStore, actAs: ActAs): OrganizationEngine {
  const { directory } = store;
  const { work } = runtime;
  const findConnection = async (id: string): Promise<Connection> => {
    const connection = await directory.findConnection(id);
    if (connection === null) throw new KalendsError("not-found", `There is no connection ${id}`);
    return connection;
  };
  const engine: OrganizationEngine = {
    organizationId: store.organizationId,
    audit: createAuditTrail(runtime, store),
    alerts: createAlertBoard(runtime, store),
    createAccount: (input = {}) => createAccount(runtime, store, input),
    findAccount: (id) => directory.findAccount(id),
    findAccountByExternalId: (externalId) => directory.findAccountByExternalId(externalId),
    listAccounts: () => directory.listAccounts(),
    connect: async (input) => {
      const result = await work.run(input.signal, (signal) => connectLogin(runtime, store, { ...input, signal }));
      runtime.signal.wake(store.organizationId);
      return result;
    },
    reconnect: async (input) => {
      const result = await work.run(input.signal, (signal) => reconnectLogin(runtime, store, { ...input, signal }));
      runtime.signal.wake(store.organizationId);
      return result;
    },
    disconnect: (connectionId, options) => work.run(options.signal, (signal) => disconnect(runtime, store, connectionId, { ...options, signal })),
    beginConnect: (input) => beginConnect(runtime, store, input),
    completeConnect: async (input) => {
      const completed = await work.run(input.signal, (signal) => completeConnect(runtime, store, { ...input, signal }));
      runtime.signal.wake(store.organizationId);
      return completed;
    },
    listConnections: (accountId) => directory.listConnections(accountId),
    listCalendars: (filter) => directory.listCalendars(filter),
    listSubscriptions: (connectionId, options) =>
      work.run(options?.signal, async (signal) => listSubscriptions(runtime, store, await findConnection(connectionId), { signal })),
    refreshCalendars: (connectionId, options) =>
      work.run(options?.signal, async (signal) => refreshCalendars(runtime, store, await findConnection(connectionId), { signal })),
    sync: (options) => work.run(options?.signal, (signal) => syncMany(runtime, store, { ...options, signal })),
    syncCalendar: (calendarId, options) => work.run(options?.signal, (signal) => syncCalendar(runtime, store, calendarId, { ...options, signal })),
    resync: (calendarId, options) =>
      work.run(options?.signal, (signal) => syncCalendar(runtime, store, calendarId, { ...options, fresh: true, signal })),
    freeBusy: (request) => readFreeBusy(runtime, store, request),
    occurrences: (request) => listOccurrences(runtime, store, request),
    status: (accountId) => readStatus(runtime, store, accountId),
    deadLetters: () => readDeadLetters(store),
    retryDeadLetters: () => retryDeadLetters(runtime, store),
    quarantined: (calendarId) => store.reader.quarantined(calendarId, 1_000),
    changes: async (since, limit = 1_000) => {
      // A consumer that lost its number must hear of it, instead of being told for ever that there is nothing new.
      if (!Number.isSafeInteger(since) || since < 0) throw new KalendsError("invalid-argument", "`since` must be a whole number, 0 or more");
      if (!Number.isSafeInteger(limit) || limit < 1) throw new KalendsError("invalid-argument", "`limit` must be a whole number, 1 or more");
      return store.feed.read(since, limit);
    },
    changesHead: () => store.feed.head(),
    onChange: (listener) =>
      runtime.signal.subscribe((organizationId) => {
        if (organizationId === store.organizationId) listener();
      }),
    retention: retentionDesk(runtime, store),
    erasure: erasureDesk(runtime, store),
    applications: applicationDirectory(runtime, store),
    members: memberDirectory(runtime, store),
    provisioning: provisioningDirectory(runtime, store, (input) => createAccount(runtime, store, input)),
    application: (applicationId) => applicationEngine(runtime, store, applicationId),
    actingAs: (memberId) => actAs(runtime, store, engine, memberId),
  };
  return engine;
}
