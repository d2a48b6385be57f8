import type {
  Account, AccountId, AccountRules, Application, ApplicationId, Authorization, AuthorizationId, Calendar, CalendarId, CalendarListUpdate,
  CalendarSurroundings, Connection, ConnectionId, ConnectionState, Directory, OrganizationId, RulesUpdate, StateNote,
} from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import { AccountRows } from "./account-rows.ts";
import { ApplicationRows } from "./application-rows.ts";
import { applyCalendarList } from "./apply-calendar-list.ts";
import { AuthorizationRows } from "./authorization-rows.ts";
import { CalendarRows, type CalendarFilter } from "./calendar-rows.ts";
import { applyRules } from "../permissions/apply-rules.ts";
import { readRules } from "../permissions/read-rules.ts";
import { findSurroundings } from "./find-surroundings.ts";
import { ConnectionRows } from "./connection-rows.ts";

export class SqlDirectory implements Directory {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;
  readonly #applications: ApplicationRows;
  readonly #accounts: AccountRows;
  readonly #connections: ConnectionRows;
  readonly #authorizations: AuthorizationRows;
  readonly #calendars: CalendarRows;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
    this.#applications = new ApplicationRows(database, organization);
    this.#accounts = new AccountRows(database, organization);
    this.#connections = new ConnectionRows(database, organization);
    this.#authorizations = new AuthorizationRows(database, organization);
    this.#calendars = new CalendarRows(database, organization);
  }

  putApplication(application: Application): Promise<void> {
    return this.#applications.put(application);
  }

  findApplication(id: ApplicationId): Promise<Application | null> {
    return this.#applications.find(id);
  }

  listApplications(): Promise<Application[]> {
    return this.#applications.list();
  }

  addAccount(account: Account): Promise<void> {
    return this.#accounts.add(account);
  }

  findAccount(id: AccountId): Promise<Account | null> {
    return this.#accounts.find(id);
  }

  findAccountByExternalId(externalId: string): Promise<Account | null> {
    return this.#accounts.findByExternalId(externalId);
  }

  listAccounts(): Promise<Account[]> {
    return this.#accounts.list();
  }

  addConnection(connection: Connection): Promise<void> {
    return this.#connections.add(connection);
  }

  findConnection(id: ConnectionId): Promise<Connection | null> {
    return this.#connections.find(id);
  }

  listConnections(accountId?: AccountId): Promise<Connection[]> {
    return this.#connections.list(accountId);
  }

  setConnectionState(id: ConnectionId, state: ConnectionState, errorCode: string | null, now: number, note?: StateNote): Promise<boolean> {
    return this.#connections.setState(id, state, errorCode, now, note);
  }

  pauseConnection(id: ConnectionId, until: number): Promise<void> {
    return this.#connections.pauseConnection(id, until);
  }

  updateEndpoint(id: ConnectionId, endpoint: Record<string, string>): Promise<void> {
    return this.#connections.updateEndpoint(id, endpoint);
  }

  noteListed(id: ConnectionId, outcome: { at: number; errorCode: string | null }): Promise<void> {
    return this.#connections.noteListed(id, outcome);
  }

  setGrantedScopes(id: ConnectionId, scopes: string[] | null): Promise<void> {
    return this.#connections.setGrantedScopes(id, scopes);
  }

  readRules(accountId: AccountId): Promise<AccountRules | null> {
    return readRules(this.#database, this.#organization, accountId);
  }

  async applyRules(update: RulesUpdate): Promise<void> {
    await this.#database.write((scope) => applyRules(scope, this.#organization, update));
  }

  findAuthorization(id: AuthorizationId): Promise<Authorization | null> {
    return this.#authorizations.find(id);
  }

  putAuthorization(authorization: Authorization, actor?: string, at?: number): Promise<void> {
    return this.#authorizations.put(authorization, actor, at);
  }

  listAuthorizations(accounts?: AccountId | readonly AccountId[]): Promise<Authorization[]> {
    return this.#authorizations.list(accounts);
  }

  endAuthorization(id: AuthorizationId, reason: string, now: number, actor?: string): Promise<boolean> {
    return this.#authorizations.end(id, reason, now, actor);
  }

  findCalendar(id: CalendarId): Promise<Calendar | null> {
    return this.#calendars.find(id);
  }

  findSurroundings(id: CalendarId): Promise<CalendarSurroundings | null> {
    return this.#database.read((scope) => findSurroundings(scope, this.#organization, id));
  }

  listCalendars(filter: CalendarFilter = {}): Promise<Calendar[]> {
    return this.#calendars.list(filter);
  }

  async applyCalendarList(update: CalendarListUpdate): Promise<void> {
    await this.#database.writeTogether((scope) => applyCalendarList(scope, this.#organization, update));
  }
}
