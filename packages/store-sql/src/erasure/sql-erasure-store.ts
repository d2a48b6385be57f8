import { KalendsError } from "@kalends/model";
import type {
  AccountId, ConnectionId, ErasedKey, Erasure, ErasureGrant, ErasureItem, ErasureStore, NewErasure, OrganizationId, RowCounts,
} from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import type { SqlScope } from "../database/sql-scope.ts";
import { appendAudit } from "../feed/append-audit.ts";
import type { ErasureTable } from "../schema/erasure-tables.ts";
import { beginErasure } from "./begin-erasure.ts";

export class SqlErasureStore implements ErasureStore {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
  }

  begin(erasure: NewErasure): Promise<void> {
    return this.#database.write((scope) => beginErasure(scope, this.#organization, erasure));
  }

  async find(id: string): Promise<Erasure | null> {
    const row = await this.#database.read((scope) => scope.first(this.#all(scope).where("id", "=", id)));
    return row === undefined ? null : toErasure(row);
  }

  async list(filter: { accountId?: AccountId; unfinished?: boolean } = {}): Promise<Erasure[]> {
    const rows = await this.#database.read((scope) => {
      let query = this.#all(scope).orderBy("requested_at", "desc").orderBy("id");
      if (filter.accountId !== undefined) query = query.where("account_id", "=", filter.accountId);
      if (filter.unfinished === true) query = query.where("finished_at", "is", null);
      return scope.all(query);
    });
    return rows.map(toErasure);
  }

  async noteKey(id: string, key: ErasedKey): Promise<void> {
    await this.#database.write((scope) =>
      scope.run(
        scope.db.updateTable("erasure").set({ key_end: key.end, key_id: key.keyId, key_epoch: key.epoch }).where("organization", "=", this.#organization)
          .where("id", "=", id).where("key_end", "is", null),
      ),
    );
  }

  async finish(id: string, now: number): Promise<void> {
    await this.#database.write(async (scope) => {
      const done = await scope.run(
        scope.db.updateTable("erasure").set({ finished_at: now }).where("organization", "=", this.#organization).where("id", "=", id)
          .where("finished_at", "is", null),
      );
      if (done === 0) return;
      await appendAudit(scope, this.#organization, { action: "erase", actor: "kalends", subject: id, detail: "erasure done: no row is left" }, now);
    });
  }

  async items(id: string): Promise<ErasureItem[]> {
    const rows = await this.#database.read((scope) =>
      scope.all(
        scope.db.selectFrom("erasure_item").select(["system", "done_at", "done_by"]).where("organization", "=", this.#organization)
          .where("erasure_id", "=", id).orderBy("system"),
      ),
    );
    return rows.map((row) => ({ system: row.system, doneAt: row.done_at, doneBy: row.done_by }));
  }

  async tick(id: string, system: string, actor: string, now: number): Promise<boolean> {
    return this.#database.write(async (scope) => {
      const found = await scope.first(
        scope.db.selectFrom("erasure_item").select("done_at").where("organization", "=", this.#organization).where("erasure_id", "=", id)
          .where("system", "=", system),
      );
      if (found === undefined) throw new KalendsError("not-found", `The erasure ${id} has no item of that name`);
      if (found.done_at !== null) return false;
      await scope.run(
        scope.db.updateTable("erasure_item").set({ done_at: now, done_by: actor }).where("organization", "=", this.#organization)
          .where("erasure_id", "=", id).where("system", "=", system),
      );
      await appendAudit(scope, this.#organization, { action: "erase", actor, subject: id, detail: "a system outside was ticked off" }, now);
      return true;
    });
  }

  async grants(id: string): Promise<ErasureGrant[]> {
    const rows = await this.#database.read((scope) =>
      scope.all(
        scope.db.selectFrom("erasure_grant").select(["connection_id", "provider", "sealed"]).where("organization", "=", this.#organization)
          .where("erasure_id", "=", id).orderBy("connection_id"),
      ),
    );
    return rows.map((row) => ({ connectionId: row.connection_id, provider: row.provider, sealed: row.sealed }));
  }

  async dropGrant(id: string, connectionId: ConnectionId): Promise<void> {
    await this.#database.write((scope) =>
      scope.run(
        scope.db.deleteFrom("erasure_grant").where("organization", "=", this.#organization).where("erasure_id", "=", id)
          .where("connection_id", "=", connectionId),
      ),
    );
  }

  #all(scope: SqlScope) {
    return scope.db.selectFrom("erasure").selectAll().where("organization", "=", this.#organization);
  }
}

function toErasure(row: ErasureTable): Erasure {
  return {
    id: row.id,
    accountId: row.account_id,
    requestedAt: row.requested_at,
    actor: row.actor,
    found: JSON.parse(row.found) as RowCounts,
    key: row.key_end === null ? null : { end: row.key_end as ErasedKey["end"], keyId: row.key_id, epoch: row.key_epoch },
    finishedAt: row.finished_at,
  };
}
