import { KalendsError, type AccountId, type Acting, type NewJob, type OrganizationId, type ProvisionedPage, type ProvisionedUser } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import type { SqlScope } from "../database/sql-scope.ts";
import { appendAudit } from "../feed/append-audit.ts";
import { enqueueJobs } from "../jobs/enqueue-jobs.ts";
import type { ProvisionedUserTable } from "../schema/provisioning-tables.ts";

export class ProvisionedUserRows {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
  }

  async add(user: ProvisionedUser, acting: Acting): Promise<void> {
    await this.#database.write(async (scope) => {
      const { accountId } = user;
      const account = await scope.first(
        scope.db.selectFrom("account").select("id").where("organization", "=", this.#organization).where("id", "=", accountId),
      );
      if (account === undefined) throw new KalendsError("not-found", `There is no account ${accountId}`);
      if ((await scope.first(this.#one(scope, accountId))) !== undefined) {
        throw new KalendsError("already-exists", `The account ${accountId} is provisioned already`);
      }
      await this.#requireFreeName(scope, user);
      await scope.run(scope.db.insertInto("provisioned_user").values({ organization: this.#organization, account_id: accountId, ...toColumns(user) }));
      await this.#audit(scope, acting, accountId, `user provisioned, ${user.active ? "active" : "not active"}`);
    });
  }

  async find(accountId: AccountId): Promise<ProvisionedUser | null> {
    const row = await this.#database.read((scope) => scope.first(this.#one(scope, accountId)));
    return row === undefined ? null : toUser(row);
  }

  async findByName(userName: string): Promise<ProvisionedUser | null> {
    const row = await this.#database.read((scope) => scope.first(this.#all(scope).where("user_name", "=", userName)));
    return row === undefined ? null : toUser(row);
  }

  async findByExternalId(externalId: string): Promise<ProvisionedUser[]> {
    const rows = await this.#database.read((scope) => scope.all(this.#all(scope).where("external_id", "=", externalId).orderBy("account_id")));
    return rows.map(toUser);
  }

  async list({ after, offset = 0, limit }: ProvisionedPage): Promise<ProvisionedUser[]> {
    const rows = await this.#database.read((scope) => {
      const all = this.#all(scope).orderBy("account_id").limit(limit).offset(offset);
      return scope.all(after === null ? all : all.where("account_id", ">", after));
    });
    return rows.map(toUser);
  }

  async count(): Promise<number> {
    const row = await this.#database.read((scope) =>
      scope.first(
        scope.db.selectFrom("provisioned_user").select((eb) => eb.fn.countAll<number>().as("users")).where("organization", "=", this.#organization),
      ),
    );
    return Number(row?.users ?? 0);
  }

  async replace(user: ProvisionedUser, expected: number, jobs: readonly NewJob[], acting: Acting): Promise<void> {
    const { accountId } = user;
    await this.#database.write(async (scope) => {
      const before = await this.#require(scope, accountId);
      if (Number(before.version) !== expected) throw new KalendsError("revision-conflict", `The user ${accountId} was changed meanwhile`);
      await this.#requireFreeName(scope, user);
      await scope.run(
        scope.db.updateTable("provisioned_user").set(toColumns(user)).where("organization", "=", this.#organization).where("account_id", "=", accountId),
      );
      await enqueueJobs(scope, this.#organization, jobs);
      const moved = before.active === toColumns(user).active ? "" : user.active ? ", activated" : ", deactivated";
      await this.#audit(scope, acting, accountId, `user changed${moved}`);
    });
  }

  async remove(accountId: AccountId, jobs: readonly NewJob[], acting: Acting): Promise<void> {
    await this.#database.write(async (scope) => {
      await this.#require(scope, accountId);
      for (const table of ["provisioned_membership", "provisioned_user"] as const) {
        await scope.run(scope.db.deleteFrom(table).where("organization", "=", this.#organization).where("account_id", "=", accountId));
      }
      await enqueueJobs(scope, this.#organization, jobs);
      await this.#audit(scope, acting, accountId, "user removed");
    });
  }

  async #require(scope: SqlScope, accountId: AccountId): Promise<ProvisionedUserTable> {
    const row = await scope.first(this.#one(scope, accountId));
    if (row === undefined) throw new KalendsError("not-found", `There is no provisioned user ${accountId}`);
    return row;
  }

  async #requireFreeName(scope: SqlScope, { userName, accountId }: ProvisionedUser): Promise<void> {
    const other = await scope.first(this.#all(scope).where("user_name", "=", userName).where("account_id", "!=", accountId));
    if (other !== undefined) throw new KalendsError("already-exists", "Another provisioned user has this user name");
  }

  async #audit(scope: SqlScope, { actor, now }: Acting, subject: string, detail: string): Promise<void> {
    await appendAudit(scope, this.#organization, { action: "provision", actor, subject, detail }, now);
  }

  #one(scope: SqlScope, accountId: AccountId) {
    return this.#all(scope).where("account_id", "=", accountId);
  }

  #all(scope: SqlScope) {
    return scope.db.selectFrom("provisioned_user").selectAll().where("organization", "=", this.#organization);
  }
}

function toColumns(user: ProvisionedUser): Omit<ProvisionedUserTable, "organization" | "account_id"> {
  const { userName, externalId, active, attributes, createdAt, changedAt, version } = user;
  return { user_name: userName, external_id: externalId, active: active ? 1 : 0, attributes, created_at: createdAt, changed_at: changedAt, version };
}

function toUser(row: ProvisionedUserTable): ProvisionedUser {
  return {
    accountId: row.account_id, userName: row.user_name, externalId: row.external_id, active: row.active === 1, attributes: row.attributes,
    createdAt: row.created_at, changedAt: row.changed_at, version: row.version,
  };
}
