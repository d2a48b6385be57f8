import type { TestContext } from "vitest";
import type { Account, ApplyBatch, Connection, NewChange, NewJob, OrganizationStore, Store, StoredObject, SyncClaim } from "@kalends/model";
import type { OpenedStore, OpenStore } from "./store-harness.ts";

export const leaseMs = 60_000;

/** One case of the suite. */
export interface StoreCase {
  title: string;
  run(world: StoreWorld, context: TestContext): Promise<void>;
}

/** A store under test with a small population, and a fault that can be set for the n-th statement from now. */
export class StoreWorld {
  readonly opened: OpenedStore;
  readonly openAnother: OpenStore;
  readonly #reopening: boolean;
  readonly #fault: FaultPoint;
  #store: Store;

  private constructor(opened: OpenedStore, open: OpenStore, reopening: boolean, fault: FaultPoint) {
    this.opened = opened;
    this.openAnother = open;
    this.#reopening = reopening;
    this.#fault = fault;
    this.#store = opened.store;
  }

  static async open(open: OpenStore, reopening: boolean): Promise<StoreWorld> {
    const fault = new FaultPoint();
    const opened = await open({ onStatement: () => fault.pass(), migrated: true });
    await opened.store.migrations.run();
    return new StoreWorld(opened, open, reopening, fault);
  }

  get store(): Store {
    return this.#store;
  }

  org(id = "org-a"): OrganizationStore {
    return this.#store.organization(id);
  }

  /** In the reopening run: closes the store and opens it again. Cases call it between writing and looking. */
  async turn(): Promise<void> {
    if (this.#reopening && this.opened.reopen !== undefined) this.#store = await this.opened.reopen();
  }

  /** Runs `work` with its n-th statement (1, 2, ...) failing; returns what it threw, or `null` where it had fewer statements. */
  async failingAt(statement: number, work: () => Promise<unknown>): Promise<unknown> {
    this.#fault.set(statement);
    try {
      await work();
      return null;
    } catch (thrown) {
      return thrown;
    } finally {
      this.#fault.set(null);
    }
  }

  /** An organization with one application, account, connection and the calendars named. The same ids in each organization. */
  async populate(organizationId = "org-a", calendarIds: readonly string[] = ["calendar-1"]): Promise<OrganizationStore> {
    await this.#store.addOrganization({ id: organizationId, name: `Name of ${organizationId}`, createdAt: 1 });
    const org = this.org(organizationId);
    await org.directory.putApplication({
      organizationId, id: "app-1", name: "App", window: { daysBack: 42, daysAhead: 201 }, scopes: ["read_free_busy"], feed: false, createdAt: 1,
    });
    await org.directory.addAccount(account(organizationId));
    await org.directory.addConnection(connection(organizationId));
    await this.addCalendars(organizationId, calendarIds);
    return org;
  }

  async addCalendars(organizationId: string, calendarIds: readonly string[]): Promise<void> {
    await this.org(organizationId).directory.applyCalendarList({
      ...noListChange,
      added: calendarIds.map((id) => ({ id, remote: remoteCalendar(id) })),
    });
  }

  /** Claims, starts a pass, and hands both over. */
  async startPass(now = 1_000, organizationId = "org-a", calendarId = "calendar-1"): Promise<{ claim: SyncClaim; pass: number }> {
    const { sync } = this.org(organizationId);
    const claim = await sync.claim(calendarId, "worker-1", now, leaseMs);
    if (claim === null) throw new Error(`the claim on ${calendarId} is taken`);
    return { claim, pass: await sync.beginPass(calendarId, claim.token, { forgetCursor: false }) };
  }

  async dispose(): Promise<void> {
    await this.opened.dispose();
  }
}

/** Counts statements and throws at the one that was chosen. */
class FaultPoint {
  #left: number | null = null;

  set(statement: number | null): void {
    this.#left = statement;
  }

  pass(): void {
    if (this.#left === null) return;
    this.#left -= 1;
    if (this.#left === 0) throw new Error("a fault set by the conformance suite");
  }
}

export function account(organizationId: string, over: Partial<Account> = {}): Account {
  return { organizationId, id: "account-1", externalId: "user-1", displayName: "One", timeZone: "Europe/Berlin", createdAt: 2, ...over };
}

export function connection(organizationId: string, over: Partial<Connection> = {}): Connection {
  return {
    organizationId, id: "connection-1", accountId: "account-1", provider: "caldav", state: "connected", remoteIdentity: "/principals/one/",
    label: "calendar.example", endpoint: { home: "/calendars/one/" }, createdAt: 3, listedAt: null, pausedUntil: null, errorCode: null, grantedScopes: null, ...over,
  };
}

export function remoteCalendar(id: string) {
  return { remoteKey: `/calendars/one/${id}/`, name: `Name of ${id}`, color: "#336699", timeZone: "Europe/Berlin", readOnly: false, hints: { ctag: "1" } };
}

export const noListChange: {
  connectionId: string; added: []; changed: []; touched: []; removed: []; changes: []; jobs: []; now: number;
} = { connectionId: "connection-1", added: [], changed: [], touched: [], removed: [], changes: [], jobs: [], now: 500 };

export function storedObject(remoteKey: string, over: Partial<StoredObject> = {}): StoredObject {
  return {
    remoteKey, uid: `${remoteKey}@example.test`, revision: `"rev-1-${remoteKey}"`, digest: `digest-1-${remoteKey}`, first: 10_000, last: 20_000,
    timing: JSON.stringify({ events: [{ at: remoteKey }] }), outside: false, private: false,
    title: new Uint8Array([4, 5]), content: new Uint8Array([1, 2, 3, 0, 255]), description: null, warnings: null, ...over,
  };
}

export function changeOf(object: { remoteKey: string; uid: string }, kind: NewChange["kind"] = "object-created", calendarId = "calendar-1"): NewChange {
  return { kind, accountId: "account-1", connectionId: "connection-1", calendarId, uid: object.uid, remoteKey: object.remoteKey };
}

export function syncJob(runAt: number, subject = "calendar-1"): NewJob {
  return { kind: "sync-calendar", subject, runAt };
}

/** A batch that changes nothing but what is named. */
export function batch(at: { claim: SyncClaim; pass: number }, over: Partial<ApplyBatch> = {}): ApplyBatch {
  return {
    calendarId: at.claim.calendarId, token: at.claim.token, pass: at.pass, puts: [], removes: [], seen: [], quarantined: [], changes: [],
    busySpans: null, jobs: [], completed: null, refusedRemovals: null, audit: "suite: a batch", now: 2_000, ...over,
  };
}

/** The code of the `KalendsError` that the call throws; anything else fails the case. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (thrown) {
    const { name, code } = thrown as { name?: string; code?: string };
    if (name === "KalendsError" && code !== undefined) return code;
    throw thrown;
  }
  return "nothing was thrown";
}
