import { sql } from "kysely";
import { KalendsError, type AccountId, type AuditEntry, type DataKeyRow, type DataKeyStore, type OrganizationId, type WrappedDataKey } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import type { SqlScope } from "../database/sql-scope.ts";
import { appendAudit } from "../feed/append-audit.ts";
import type { DataKeyTable } from "../schema/directory-tables.ts";

export class SqlDataKeyStore implements DataKeyStore {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
  }

  async get(accountId: AccountId): Promise<DataKeyRow | null> {
    const row = await this.#database.read((scope) => scope.first(this.#all(scope).where("account_id", "=", accountId)));
    return row === undefined ? null : toDataKey(row);
  }

  async add(accountId: AccountId, wrapped: WrappedDataKey): Promise<DataKeyRow> {
    return this.#database.writeTogether(async (scope) => {
      await scope.run(
        scope.db
          .insertInto("data_key")
          .values({ organization: this.#organization, account_id: accountId, key_id: wrapped.keyId, epoch: 1, wrapped: wrapped.wrapped })
          .onConflict((conflict) => conflict.columns(["organization", "account_id"]).doNothing()),
      );
      const row = await scope.first(this.#all(scope).where("account_id", "=", accountId));
      if (row === undefined) throw new KalendsError("store-failed", "A data key could not be stored");
      return toDataKey(row);
    });
  }

  async notUnder(keyId: string, limit: number): Promise<DataKeyRow[]> {
    const rows = await this.#database.read((scope) =>
      scope.all(this.#all(scope).where("key_id", "<>", keyId).orderBy("account_id").limit(limit)),
    );
    return rows.map(toDataKey);
  }

  async countByKey(): Promise<Map<string, number>> {
    const rows = await this.#database.read((scope) =>
      scope.all(
        scope.db
          .selectFrom("data_key")
          .select(["key_id", sql<number>`count(*)`.as("rows")])
          .where("organization", "=", this.#organization)
          .groupBy("key_id"),
      ),
    );
    return new Map(rows.map((row) => [row.key_id, Number(row.rows)]));
  }

  async rewrap(rows: readonly DataKeyRow[], audit: AuditEntry, at: number): Promise<number> {
    return this.#database.write(async (scope) => {
      let replaced = 0;
      for (const { accountId, keyId, wrapped, epoch } of rows) {
        replaced += await scope.run(
          scope.db
            .updateTable("data_key")
            .set({ key_id: keyId, wrapped, epoch: epoch + 1 })
            .where("organization", "=", this.#organization)
            .where("account_id", "=", accountId)
            .where("epoch", "=", epoch),
        );
      }
      if (replaced > 0) await appendAudit(scope, this.#organization, audit, at);
      return replaced;
    });
  }

  async remove(accountId: AccountId): Promise<void> {
    await this.#database.writeTogether((scope) =>
      scope.run(scope.db.deleteFrom("data_key").where("organization", "=", this.#organization).where("account_id", "=", accountId)),
    );
  }

  #all(scope: SqlScope) {
    return scope.db.selectFrom("data_key").selectAll().where("organization", "=", this.#organization);
  }
}

function toDataKey(row: DataKeyTable): DataKeyRow {
  return { accountId: row.account_id, keyId: row.key_id, epoch: Number(row.epoch), wrapped: row.wrapped };
}
