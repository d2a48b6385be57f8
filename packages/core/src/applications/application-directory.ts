import { applicationInputSchema, authorizationLimitsSchema, defaultQueryWindow, hostActor, KalendsError, scopes as allScopes } from "@kalends/model";
import type {
  Account, AccountId, Application, ApplicationId, ApplicationRecordKind, AuditAction, AuditEntry, Authorization, AuthorizationId, CalendarId, DetailLevel,
  NewApplicationRecord, OrganizationStore, QueryWindow, Scope,
} from "@kalends/model";
import { newId } from "../new-id.ts";
import { requireActiveUser } from "../provisioning/active-user.ts";
import { changeRules } from "../permissions/change-rules.ts";
import type { Runtime } from "../runtime.ts";

export interface ApplicationInput {
  name: string;
  /** How far it looks. Default: 42 days back, 201 ahead. */
  window?: QueryWindow;
  /** The most that its authorizations may be granted. Default: all scopes. */
  scopes?: Scope[];
  /** Keep a change feed of its own for it. Default: yes. */
  feed?: boolean;
}

/** How far an authorization reaches. */
export interface AuthorizationLimits {
  scopes?: Scope[];
  /** How much of an event it reaches. Default `full`. */
  detail?: DetailLevel;
  /** Descriptions are neither shown nor, where nobody else needs them, asked for and stored. Default `false`. */
  noDescriptions?: boolean;
  /** The owner lets it see events marked private, at the level `full`. Default `false`: they are busy times. */
  privateEvents?: boolean;
  /** Calendars of the account that do not exist for it. */
  excludedCalendarIds?: CalendarId[];
}

export interface AuthorizationInput extends AuthorizationLimits {
  applicationId: ApplicationId;
  accountId: AccountId;
  scopes: Scope[];
}

/** Applications of an organization and their rights to accounts. */
export interface ApplicationDirectory {
  create(input: ApplicationInput): Promise<Application>;
  /** What its authorizations may not have any more goes at once, with what was stored only for it. Throws `not-found`, `invalid-argument`. */
  change(id: ApplicationId, input: Partial<Omit<ApplicationInput, "feed">>): Promise<Application>;
  list(): Promise<Application[]>;
  /** Throws `not-found`, `invalid-argument`, and `already-exists` where the application has an active authorization of the account. */
  authorize(input: AuthorizationInput): Promise<Authorization>;
  /**
   * Makes an authorization wider or narrower. What nobody needs any more is dropped in the same transaction; what is needed from now on is
   * read again. Throws `not-found` also where it ended.
   */
  changeAuthorization(id: AuthorizationId, limits: AuthorizationLimits): Promise<Authorization>;
  /** Hides the account's data from the application at once. Ending again does nothing. Throws `not-found`. */
  endAuthorization(id: AuthorizationId, reason: string): Promise<void>;
  listAuthorizations(filter?: { accountId?: AccountId; applicationId?: ApplicationId }): Promise<Authorization[]>;
  /** The owner lets the application also change events of that calendar that it did not write. Throws `not-found`. */
  grantUnrestricted(id: AuthorizationId, calendarId: CalendarId): Promise<void>;
  withdrawUnrestricted(id: AuthorizationId, calendarId: CalendarId): Promise<void>;
}

function checked<T>(schema: { safeParse(value: unknown): { success: boolean; error?: { issues: { path: PropertyKey[] }[] } } }, input: T): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return input;
  throw new KalendsError("invalid-argument", `\`${parsed.error?.issues[0]?.path.join(".") ?? "input"}\` is not acceptable`);
}

class Applications implements ApplicationDirectory {
  readonly #runtime: Runtime;
  readonly #store: OrganizationStore;
  readonly #actor: string;

  constructor(runtime: Runtime, store: OrganizationStore, actor: string) {
    this.#runtime = runtime;
    this.#store = store;
    this.#actor = actor;
  }

  async create(input: ApplicationInput): Promise<Application> {
    const { name, window = defaultQueryWindow, scopes = [...allScopes], feed = true } = checked(applicationInputSchema, input);
    const { organizationId } = this.#store;
    const application = { organizationId, id: newId(this.#runtime.random, "app"), name, window, scopes, feed, createdAt: this.#runtime.clock.now() };
    await changeRules(this.#runtime, this.#store, async () => [], () => ({ application, audit: [this.#entry("authorize", application.id, "application made")] }));
    return application;
  }

  async change(id: ApplicationId, input: Partial<Omit<ApplicationInput, "feed">>): Promise<Application> {
    const accounts = async (): Promise<AccountId[]> => {
      const mine = (await this.#store.directory.listAuthorizations()).filter(({ applicationId, state }) => applicationId === id && state === "active");
      return [...new Set(mine.map(({ accountId }) => accountId))];
    };
    const decision = await changeRules(this.#runtime, this.#store, accounts, async (rules) => {
      const before = await this.#store.directory.findApplication(id);
      if (before === null) throw new KalendsError("not-found", `There is no application ${id}`);
      const { name = before.name, window = before.window, scopes = before.scopes } = input;
      checked(applicationInputSchema, { name, window, scopes });
      const application: Application = { ...before, name, window, scopes };
      const forget = rules.flatMap(({ authorizations }) => authorizations.filter((one) => one.applicationId === id && one.state === "active"));
      const records = before.feed ? forget.map((one) => this.#record(one, "authorization-changed")) : [];
      const detail = `application changed: ${window.daysBack} days back, ${window.daysAhead} ahead, ${scopes.join(" ")}`;
      return { application, forget, records, audit: [this.#entry("authorize", id, detail)] };
    });
    return decision.application;
  }

  list(): Promise<Application[]> {
    return this.#store.directory.listApplications();
  }

  async authorize(input: AuthorizationInput): Promise<Authorization> {
    checked(authorizationLimitsSchema, input);
    const { applicationId, accountId } = input;
    await requireActiveUser(this.#store, accountId);
    const decision = await changeRules(this.#runtime, this.#store, async () => [accountId], async ([rules]) => {
      const application = rules?.applications.find(({ id }) => id === applicationId);
      if (application === undefined) throw new KalendsError("not-found", `There is no application ${applicationId}`);
      const active = rules?.authorizations.find((one) => one.applicationId === applicationId && one.state === "active");
      if (active !== undefined) throw new KalendsError("already-exists", `The application ${applicationId} has the authorization ${active.id} already`);
      const authorization: Authorization = {
        organizationId: this.#store.organizationId, id: newId(this.#runtime.random, "aut"), applicationId, accountId, scopes: [...input.scopes],
        detail: input.detail ?? "full", noDescriptions: input.noDescriptions ?? false, privateEvents: input.privateEvents ?? false,
        raisedCalendarIds: [], excludedCalendarIds: [...(input.excludedCalendarIds ?? [])], state: "active", createdAt: this.#runtime.clock.now(),
        endedAt: null, endReason: null,
      };
      await this.#check(authorization, application);
      const records = application.feed ? [this.#record(authorization, "authorization-changed")] : [];
      return { authorization, authorizations: [authorization], records, audit: [this.#authorized(authorization)] };
    });
    return decision.authorization;
  }

  changeAuthorization(id: AuthorizationId, limits: AuthorizationLimits): Promise<Authorization> {
    checked(authorizationLimitsSchema, limits);
    const given = Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined)) as AuthorizationLimits;
    return this.#edit(id, (before) => ({ ...before, ...given }), (after) => this.#authorized(after));
  }

  async endAuthorization(id: AuthorizationId, reason: string): Promise<void> {
    const found = await this.#find(id);
    if (found.state === "ended") return;
    await this.#edit(
      id,
      (before) => ({ ...before, state: "ended", endedAt: this.#runtime.clock.now(), endReason: reason }),
      (after) => this.#entry("end-authorization", after.id, `authorization ended: ${reason}`),
    );
  }

  async listAuthorizations(filter: { accountId?: AccountId; applicationId?: ApplicationId } = {}): Promise<Authorization[]> {
    const { accountId, applicationId } = filter;
    const account = accountId === undefined ? null : await this.#store.directory.findAccount(accountId);
    if (accountId !== undefined) this.#require(account, `account ${accountId}`);
    if (applicationId !== undefined) this.#require(await this.#store.directory.findApplication(applicationId), `application ${applicationId}`);
    return (await this.#store.directory.listAuthorizations(accountId)).filter((one) => applicationId === undefined || one.applicationId === applicationId);
  }

  grantUnrestricted(id: AuthorizationId, calendarId: CalendarId): Promise<void> {
    return this.#raise(id, calendarId, (raised) => [...new Set([...raised, calendarId])], "may change events that it did not write");
  }

  withdrawUnrestricted(id: AuthorizationId, calendarId: CalendarId): Promise<void> {
    return this.#raise(id, calendarId, (raised) => raised.filter((one) => one !== calendarId), "may change its own events only");
  }

  async #raise(id: AuthorizationId, calendarId: CalendarId, raise: (raised: CalendarId[]) => CalendarId[], detail: string): Promise<void> {
    const { accountId, excludedCalendarIds } = await this.#find(id);
    const calendar = await this.#store.directory.findCalendar(calendarId);
    const there = calendar !== null && calendar.removedAt === null && calendar.accountId === accountId && !excludedCalendarIds.includes(calendarId);
    this.#require(there ? calendar : null, `calendar ${calendarId}`);
    await this.#edit(
      id,
      (before) => ({ ...before, raisedCalendarIds: raise(before.raisedCalendarIds) }),
      (after) => this.#entry("raise-detail", after.id, `${calendarId}: ${detail}`),
    );
  }

  async #edit(id: AuthorizationId, edit: (before: Authorization) => Authorization, entry: (after: Authorization) => AuditEntry): Promise<Authorization> {
    const { accountId } = await this.#find(id);
    const decision = await changeRules(this.#runtime, this.#store, async () => [accountId], async ([rules]) => {
      const before = rules?.authorizations.find((one) => one.id === id && one.state === "active");
      const application = rules?.applications.find((one) => one.id === before?.applicationId);
      if (before === undefined || application === undefined) throw new KalendsError("not-found", `There is no active authorization ${id}`);
      const after = edit(before);
      if (after.state === "active") await this.#check(after, application);
      const kind = after.state === "active" ? "authorization-changed" : "authorization-ended";
      const records = application.feed ? [this.#record(after, kind)] : [];
      return { after, authorizations: [after], forget: [after], records, audit: [entry(after)] };
    });
    return decision.after;
  }

  async #check(authorization: Authorization, application: Application): Promise<void> {
    const beyond = authorization.scopes.filter((scope) => !application.scopes.includes(scope));
    if (beyond.length > 0) throw new KalendsError("invalid-argument", `The application ${application.id} may not have the scopes ${beyond.join(", ")}`);
    const calendars = await this.#store.directory.listCalendars({ accountId: authorization.accountId, includeRemoved: true });
    const unknown = authorization.excludedCalendarIds.find((id) => !calendars.some((calendar) => calendar.id === id));
    if (unknown !== undefined) throw new KalendsError("not-found", `There is no calendar ${unknown}`);
  }

  async #find(id: AuthorizationId): Promise<Authorization> {
    return this.#require(await this.#store.directory.findAuthorization(id), `authorization ${id}`);
  }

  #require<T extends Account | Application | Authorization | object>(found: T | null, name: string): T {
    if (found === null) throw new KalendsError("not-found", `There is no ${name}`);
    return found;
  }

  #record(authorization: Authorization, kind: ApplicationRecordKind): NewApplicationRecord {
    const { applicationId, accountId } = authorization;
    return { applicationId, kind, accountId, calendarId: null, uid: null };
  }

  #authorized({ id, applicationId, accountId, scopes, detail, noDescriptions, privateEvents, excludedCalendarIds }: Authorization): AuditEntry {
    const limits = `${noDescriptions ? ", no descriptions" : ""}${privateEvents ? ", private events" : ""}, ${excludedCalendarIds.length} calendars excluded`;
    return this.#entry("authorize", id, `${applicationId} for ${accountId}: ${scopes.join(" ")}; detail ${detail}${limits}`);
  }

  #entry(action: AuditAction, subject: string, detail: string): AuditEntry {
    return { action, actor: this.#actor, subject, detail };
  }
}

export function applicationDirectory(runtime: Runtime, store: OrganizationStore, actor: string = hostActor): ApplicationDirectory {
  return new Applications(runtime, store, actor);
}
