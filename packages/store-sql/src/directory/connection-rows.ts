import {
  engineActor, KalendsError, type AccountId, type Connection, type ConnectionId, type ConnectionState, type OrganizationId, type StateNote,
} from "@kalends/model";
import { raiseAlert } from "../alerts/append-alert.ts";
import type { SqlDatabase } from "../database/sql-database.ts";
import type { SqlScope } from "../database/sql-scope.ts";
import { appendAudit } from "../feed/append-audit.ts";
import { tellApplications } from "../feed/append-application-records.ts";
import { appendChanges } from "../feed/append-changes.ts";
import type { ConnectionTable } from "../schema/directory-tables.ts";
import { readTexts } from "./read-texts.ts";

export class ConnectionRows {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
  }

  async add(connection: Connection): Promise<void> {
    await this.#database.writeTogether((scope) =>
      scope.run(
        scope.db.insertInto("connection").values({
          organization: this.#organization,
          id: connection.id,
          account_id: connection.accountId,
          provider: connection.provider,
          state: connection.state,
          remote_identity: connection.remoteIdentity,
          label: connection.label,
          endpoint: JSON.stringify(connection.endpoint),
          created_at: connection.createdAt,
          listed_at: connection.listedAt,
          paused_until: connection.pausedUntil,
          error_code: connection.errorCode,
          granted_scopes: connection.grantedScopes === null ? null : JSON.stringify(connection.grantedScopes),
        }),
      ),
    );
  }

  async find(id: ConnectionId): Promise<Connection | null> {
    const row = await this.#database.read((scope) => scope.first(this.#all(scope).where("id", "=", id)));
    return row === undefined ? null : toConnection(row);
  }

  async list(accountId?: AccountId): Promise<Connection[]> {
    const rows = await this.#database.read((scope) => {
      const all = this.#all(scope).orderBy("id");
      return scope.all(accountId === undefined ? all : all.where("account_id", "=", accountId));
    });
    return rows.map(toConnection);
  }

  async setState(id: ConnectionId, state: ConnectionState, errorCode: string | null, now: number, note: StateNote = {}): Promise<boolean> {
    return this.#database.writeTogether(async (scope) => {
      const row = await scope.lockFirst(this.#all(scope).where("id", "=", id));
      if (row === undefined) throw noConnection(id);
      await scope.run(this.#one(scope, id).set({ state, error_code: errorCode, ...marksOf(state, errorCode, row, now) }));
      const entry = { action: note.action ?? "connection", actor: note.actor ?? engineActor, subject: id };
      if (row.state === state) {
        if (entry.action === "connect") await appendAudit(scope, this.#organization, { ...entry, detail: "login proven again, credential replaced" }, now);
        return false;
      }
      const change = { kind: "connection-changed" as const, accountId: row.account_id, connectionId: id, calendarId: null, uid: null, remoteKey: null };
      await tellApplications(scope, this.#organization, row.account_id, now);
      await appendChanges(scope, this.#organization, [change], now);
      const why = errorCode === null ? "" : ` (${errorCode})`;
      await appendAudit(scope, this.#organization, { ...entry, detail: `${row.state} -> ${state}${why}` }, now);
      if (note.alert !== undefined) await raiseAlert(scope, this.#organization, note.alert, now);
      return true;
    });
  }

  async pauseConnection(id: ConnectionId, until: number): Promise<void> {
    await this.#database.writeTogether((scope) =>
      scope.run(this.#one(scope, id).set({ paused_until: until }).where((eb) => eb.or([eb("paused_until", "is", null), eb("paused_until", "<", until)]))),
    );
  }

  async updateEndpoint(id: ConnectionId, endpoint: Record<string, string>): Promise<void> {
    await this.#change(id, { endpoint: JSON.stringify(endpoint) });
  }

  async setGrantedScopes(id: ConnectionId, scopes: string[] | null): Promise<void> {
    await this.#change(id, { granted_scopes: scopes === null ? null : JSON.stringify(scopes) });
  }

  async noteListed(id: ConnectionId, outcome: { at: number; errorCode: string | null }): Promise<void> {
    await this.#change(id, { error_code: outcome.errorCode, ...(outcome.errorCode === null ? { listed_at: outcome.at } : {}) });
  }

  async #change(id: ConnectionId, values: Partial<ConnectionTable>): Promise<void> {
    const changed = await this.#database.writeTogether((scope) => scope.run(this.#one(scope, id).set(values)));
    if (changed === 0) throw noConnection(id);
  }

  #one(scope: SqlScope, id: ConnectionId) {
    return scope.db.updateTable("connection").where("organization", "=", this.#organization).where("id", "=", id);
  }

  #all(scope: SqlScope) {
    return scope.db.selectFrom("connection").selectAll().where("organization", "=", this.#organization).where("purging_at", "is", null);
  }
}

/** What retention counts from. A new proof of the login clears it; a refusal that is repeated keeps its first time. */
function marksOf(state: ConnectionState, errorCode: string | null, row: ConnectionTable, now: number): Partial<ConnectionTable> {
  if (state === "connected") return { disconnected_at: null, refused_at: null };
  if (state === "disconnected") return { disconnected_at: row.disconnected_at ?? now };
  return errorCode === "grant-revoked" || state === "suspended" ? { refused_at: row.refused_at ?? now } : {};
}

function noConnection(id: ConnectionId): KalendsError {
  return new KalendsError("not-found", `There is no connection ${id}`);
}

export function toConnection(row: ConnectionTable): Connection {
  return {
    organizationId: row.organization,
    id: row.id,
    accountId: row.account_id,
    provider: row.provider,
    state: row.state as ConnectionState,
    remoteIdentity: row.remote_identity,
    label: row.label,
    endpoint: readTexts(row.endpoint),
    createdAt: row.created_at,
    listedAt: row.listed_at,
    pausedUntil: row.paused_until,
    errorCode: row.error_code,
    grantedScopes: row.granted_scopes === null ? null : (JSON.parse(row.granted_scopes) as string[]),
  };
}
