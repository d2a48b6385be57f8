import { sql } from "kysely";
import type { CalendarId, ConnectionId, NewWatchChannel, OrganizationId, WatchChannel, WatchState, WatchStore } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import type { SqlScope } from "../database/sql-scope.ts";
import type { WatchChannelTable } from "../schema/connect-tables.ts";

export class SqlWatchStore implements WatchStore {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
  }

  async add(channel: NewWatchChannel): Promise<void> {
    await this.#database.writeTogether((scope) =>
      scope.run(
        scope.db.insertInto("watch_channel").values({
          organization: this.#organization,
          id: channel.id,
          connection_id: channel.connectionId,
          calendar_id: channel.calendarId,
          token_digest: channel.tokenDigest,
          state: "opening",
          resource: null,
          created_at: channel.createdAt,
          expires_at: channel.expiresAt,
          notified_at: null,
        }),
      ),
    );
  }

  async confirm(id: string, opened: { resource: string; expiresAt: number }): Promise<boolean> {
    const state = sql<string>`case when state = 'opening' then 'open' else state end`;
    const changed = await this.#database.writeTogether((scope) =>
      scope.run(this.#change(scope).set({ state, resource: opened.resource, expires_at: opened.expiresAt }).where("id", "=", id)),
    );
    return changed > 0;
  }

  async close(ids: readonly string[]): Promise<number> {
    if (ids.length === 0) return 0;
    return this.#database.writeTogether((scope) =>
      scope.run(this.#change(scope).set({ state: "closing" }).where("id", "in", scope.flavor.textList(ids)).where("state", "!=", "closing")),
    );
  }

  async remove(id: string): Promise<void> {
    await this.#database.writeTogether((scope) =>
      scope.run(scope.db.deleteFrom("watch_channel").where("organization", "=", this.#organization).where("id", "=", id)),
    );
  }

  async find(id: string): Promise<WatchChannel | null> {
    const row = await this.#database.read((scope) => scope.first(this.#all(scope).where("id", "=", id)));
    return row === undefined ? null : toChannel(row);
  }

  async list(filter: { calendarId?: CalendarId; connectionId?: ConnectionId; state?: WatchState } = {}): Promise<WatchChannel[]> {
    const { calendarId, connectionId, state } = filter;
    const rows = await this.#database.read((scope) =>
      scope.all(
        this.#all(scope)
          .$if(calendarId !== undefined, (query) => query.where("calendar_id", "=", calendarId as string))
          .$if(connectionId !== undefined, (query) => query.where("connection_id", "=", connectionId as string))
          .$if(state !== undefined, (query) => query.where("state", "=", state as string))
          .orderBy("created_at")
          .orderBy("id"),
      ),
    );
    return rows.map(toChannel);
  }

  async noteNotified(id: string, at: number, resource: string | null): Promise<void> {
    await this.#database.writeTogether((scope) =>
      scope.run(
        this.#change(scope)
          .set({ notified_at: at, resource: sql<string | null>`coalesce(resource, ${resource})` })
          .where("id", "=", id),
      ),
    );
  }

  #change(scope: SqlScope) {
    return scope.db.updateTable("watch_channel").where("organization", "=", this.#organization);
  }

  #all(scope: SqlScope) {
    return scope.db.selectFrom("watch_channel").selectAll().where("organization", "=", this.#organization);
  }
}

function toChannel(row: WatchChannelTable): WatchChannel {
  return {
    id: row.id,
    connectionId: row.connection_id,
    calendarId: row.calendar_id,
    tokenDigest: row.token_digest,
    state: row.state as WatchState,
    resource: row.resource,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    notifiedAt: row.notified_at,
  };
}
