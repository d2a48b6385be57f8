import { freshnessOf } from "@kalends/availability";
import { KalendsError } from "@kalends/model";
import type { AccountId, ApplicationId, ApplicationRecord, CalendarId, ConnectionState, DetailLevel, OrganizationStore, Scope } from "@kalends/model";
import type { Runtime } from "../runtime.ts";
import { checkWrite, type WriteAction } from "./check-write.ts";
import { calendarsOf, findView, findViews, noAccount, noCalendar, requireScope } from "./find-view.ts";
import { readBusy, type ApplicationBusyAnswer, type ApplicationBusyRequest } from "./read-busy.ts";
import { readEvents, type ApplicationEvents, type ApplicationEventsRequest } from "./read-events.ts";

/** An account that the application is authorized for, and how far. */
export interface AuthorizedAccount {
  accountId: AccountId;
  scopes: Scope[];
  detail: DetailLevel;
}

/** Who the account is; with the scope `read_account`. */
export interface ApplicationAccount {
  id: AccountId;
  externalId: string | null;
  displayName: string | null;
  timeZone: string;
}

/** With the scope `list_calendars`. */
export interface ApplicationCalendar {
  id: CalendarId;
  accountId: AccountId;
  name: string;
  color: string | null;
  timeZone: string | null;
  readOnly: boolean;
}

/** How well the account is known. No times and no counts: they would tell of changes that the application may not see. */
export interface ApplicationStatus {
  accountId: AccountId;
  /** `needs-reauth` where any of its logins waits for the user. */
  state: ConnectionState;
  knowledge: "fresh" | "stale" | "never";
  /** With the scope `list_calendars`. */
  calendars?: { calendarId: CalendarId; knowledge: "fresh" | "stale" | "never" }[];
}

/** Everything that one application may ask. What its authorizations do not reach does not exist for it, or is `not-authorized`. */
export interface ApplicationEngine {
  readonly organizationId: string;
  readonly applicationId: ApplicationId;
  accounts(): Promise<AuthorizedAccount[]>;
  account(accountId: AccountId): Promise<ApplicationAccount>;
  calendars(accountId: AccountId): Promise<ApplicationCalendar[]>;
  /** With `read_free_busy` or `read_events`. */
  freeBusy(request: ApplicationBusyRequest): Promise<ApplicationBusyAnswer>;
  /** With `read_events`. */
  events(request: ApplicationEventsRequest): Promise<ApplicationEvents[]>;
  status(accountId: AccountId): Promise<ApplicationStatus>;
  /** Records after `since`, in order: only of changes that the application can see. `limit`: 1 or more, default 1,000. */
  changes(since: number, limit?: number): Promise<ApplicationRecord[]>;
  /** Number of the newest record. */
  changesHead(): Promise<number>;
  /** Calls the listener after records for this application were committed by this process. */
  onChange(listener: () => void): () => void;
  /** Resolves where the application may write this; else throws `not-authorized`, `permission-denied` or `not-found`. */
  checkWrite(write: { accountId: AccountId; calendarId: CalendarId; action: WriteAction; writtenBy: ApplicationId | null }): Promise<void>;
}

const stateRank: readonly ConnectionState[] = ["needs-reauth", "suspended", "connected", "disconnected"];
const knowledgeRank = ["never", "stale", "fresh"] as const;

export function applicationEngine(runtime: Runtime, store: OrganizationStore, applicationId: ApplicationId): ApplicationEngine {
  const { directory } = store;
  const feed = async (): Promise<void> => {
    const application = await directory.findApplication(applicationId);
    if (application === null) throw new KalendsError("not-found", `There is no application ${applicationId}`);
    if (!application.feed) throw new KalendsError("invalid-argument", `No feed is kept for the application ${applicationId}: read the organization's`);
  };
  const head = async (): Promise<number> => {
    await feed();
    return store.applicationFeed.head(applicationId);
  };
  return {
    organizationId: store.organizationId,
    applicationId,
    accounts: async () => {
      const views = [...(await findViews(store, applicationId)).values()];
      return views.map(({ accountId, scopes, authorization }) => ({ accountId, scopes: [...scopes], detail: authorization.detail }));
    },
    account: async (accountId) => {
      requireScope(await findView(store, applicationId, accountId), "read_account");
      const account = await directory.findAccount(accountId);
      if (account === null) throw noAccount(accountId);
      const { id, externalId, displayName, timeZone } = account;
      return { id, externalId, displayName, timeZone };
    },
    calendars: async (accountId) => {
      const view = await findView(store, applicationId, accountId);
      requireScope(view, "list_calendars");
      const calendars = await calendarsOf(store, view);
      return calendars.map(({ id, name, color, timeZone, readOnly }) => ({ id, accountId, name, color, timeZone, readOnly }));
    },
    freeBusy: (request) => readBusy(runtime, store, applicationId, request),
    events: (request) => readEvents(runtime, store, applicationId, request),
    status: (accountId) => readApplicationStatus(runtime, store, applicationId, accountId),
    changes: async (since, limit = 1_000) => {
      if (!Number.isSafeInteger(since) || since < 0) throw new KalendsError("invalid-argument", "`since` must be a whole number, 0 or more");
      if (!Number.isSafeInteger(limit) || limit < 1) throw new KalendsError("invalid-argument", "`limit` must be a whole number, 1 or more");
      await feed();
      return store.applicationFeed.read(applicationId, since, limit);
    },
    changesHead: head,
    onChange: (listener) => listen(runtime, store, applicationId, listener),
    checkWrite: async ({ accountId, calendarId, action, writtenBy }) => {
      const view = await findView(store, applicationId, accountId);
      const calendar = (await calendarsOf(store, view)).find(({ id }) => id === calendarId);
      if (calendar === undefined) throw noCalendar(calendarId);
      checkWrite(view, { action, calendar, writtenBy });
    },
  };
}

/** The organization's signal also wakes for what this application must not notice, so its own feed decides. */
function listen(runtime: Runtime, store: OrganizationStore, applicationId: ApplicationId, listener: () => void): () => void {
  let last: Promise<number> = store.applicationFeed.head(applicationId).catch(() => 0);
  return runtime.signal.subscribe((organizationId) => {
    if (organizationId !== store.organizationId) return;
    last = last.then(async (before) => {
      const now = await store.applicationFeed.head(applicationId);
      if (now > before) listener();
      return now;
    });
    last = last.catch((thrown: unknown) => {
      runtime.logger.log("warn", "a change listener could not be woken", { code: thrown instanceof KalendsError ? thrown.code : "internal" });
      return 0;
    });
  });
}

async function readApplicationStatus(
  runtime: Runtime,
  store: OrganizationStore,
  applicationId: ApplicationId,
  accountId: AccountId,
): Promise<ApplicationStatus> {
  const view = await findView(store, applicationId, accountId);
  const [connections, calendars] = await Promise.all([store.directory.listConnections(accountId), calendarsOf(store, view)]);
  const now = runtime.clock.now();
  const states = await store.reader.syncStates(calendars.map(({ id }) => id), now);
  const known = calendars.map(({ id }) => {
    const state = { calendarId: id, lastSuccess: states.get(id)?.lastSuccess ?? null, errorCode: null };
    return { calendarId: id, knowledge: freshnessOf(state, now, runtime.settings.freshForMs).state };
  });
  const worst = <T>(ranked: readonly T[], all: readonly T[], none: T): T => ranked.find((one) => all.includes(one)) ?? none;
  return {
    accountId,
    state: worst(stateRank, connections.map(({ state }) => state), "disconnected"),
    knowledge: worst(knowledgeRank, known.map(({ knowledge }) => knowledge), "never"),
    ...(view.scopes.has("list_calendars") ? { calendars: known } : {}),
  };
}
