import type { Account, AccountId, OrganizationId } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import type { SqlScope } from "../database/sql-scope.ts";
import type { AccountTable } from "../schema/directory-tables.ts";

export class AccountRows {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
  }

  async add(account: Account): Promise<void> {
    await this.#database.writeTogether((scope) =>
      scope.run(
        scope.db.insertInto("account").values({
          organization: this.#organization,
          id: account.id,
          external_id: account.externalId,
          display_name: account.displayName,
          time_zone: account.timeZone,
          created_at: account.createdAt,
          rules: 0,
        }),
      ),
    );
  }

  async find(id: AccountId): Promise<Account | null> {
    const row = await this.#database.read((scope) => scope.first(this.#all(scope).where("id", "=", id)));
    return row === undefined ? null : toAccount(row);
  }

  async findByExternalId(externalId: string): Promise<Account | null> {
    const row = await this.#database.read((scope) => scope.first(this.#all(scope).where("external_id", "=", externalId)));
    return row === undefined ? null : toAccount(row);
  }

  async list(): Promise<Account[]> {
    const rows = await this.#database.read((scope) => scope.all(this.#all(scope).orderBy("id")));
    return rows.map(toAccount);
  }

  #all(scope: SqlScope) {
    return scope.db.selectFrom("account").selectAll().where("organization", "=", this.#organization).where("purging_at", "is", null);
  }
}

function toAccount(row: AccountTable): Account {
  return {
    organizationId: row.organization,
    id: row.id,
    externalId: row.external_id,
    displayName: row.display_name,
    timeZone: row.time_zone,
    createdAt: row.created_at,
  };
}
