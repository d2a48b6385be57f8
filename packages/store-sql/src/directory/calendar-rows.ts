import type { AccountId, Calendar, CalendarId, ConnectionId, OrganizationId } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import type { SqlScope } from "../database/sql-scope.ts";
import type { CalendarTable } from "../schema/directory-tables.ts";
import { readTexts } from "./read-texts.ts";

export interface CalendarFilter {
  connectionId?: ConnectionId;
  accountId?: AccountId;
  includeRemoved?: boolean;
}

export class CalendarRows {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
  }

  async find(id: CalendarId): Promise<Calendar | null> {
    const row = await this.#database.read((scope) => scope.first(this.#all(scope).where("id", "=", id)));
    return row === undefined ? null : toCalendar(row);
  }

  async list(filter: CalendarFilter): Promise<Calendar[]> {
    const rows = await this.#database.read((scope) => {
      let query = this.#all(scope).orderBy("id");
      if (filter.connectionId !== undefined) query = query.where("connection_id", "=", filter.connectionId);
      if (filter.accountId !== undefined) query = query.where("account_id", "=", filter.accountId);
      if (filter.includeRemoved !== true) query = query.where("removed_at", "is", null);
      if (filter.includeRemoved !== true && filter.connectionId === undefined) {
        const stopped = scope.db.selectFrom("connection").select("id").where("organization", "=", this.#organization).where("state", "=", "disconnected");
        query = query.where("connection_id", "not in", stopped);
      }
      return scope.all(query);
    });
    return rows.map(toCalendar);
  }

  #all(scope: SqlScope) {
    return scope.db.selectFrom("calendar").selectAll().where("organization", "=", this.#organization);
  }
}

export function toCalendar(row: CalendarTable): Calendar {
  return {
    organizationId: row.organization,
    id: row.id,
    connectionId: row.connection_id,
    accountId: row.account_id,
    remoteKey: row.remote_key,
    name: row.name,
    color: row.color,
    timeZone: row.time_zone,
    readOnly: row.read_only === 1,
    hints: readTexts(row.hints),
    createdAt: row.created_at,
    removedAt: row.removed_at,
  };
}
