import { KalendsError, type AccountId, type Acting, type OrganizationId, type ProvisionedGroup, type ProvisionedPage } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import type { SqlScope } from "../database/sql-scope.ts";
import { appendAudit } from "../feed/append-audit.ts";
import type { ProvisionedGroupTable } from "../schema/provisioning-tables.ts";

export class ProvisionedGroupRows {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
  }

  async add(group: ProvisionedGroup, acting: Acting): Promise<void> {
    await this.#database.write(async (scope) => {
      await this.#requireFreeName(scope, group);
      await scope.run(scope.db.insertInto("provisioned_group").values({ organization: this.#organization, id: group.id, ...toColumns(group) }));
      await this.#addMembers(scope, group.id, group.memberIds);
      await this.#audit(scope, acting, group.id, `group provisioned, ${group.memberIds.length} members`);
    });
  }

  find(id: string): Promise<ProvisionedGroup | null> {
    return this.#database.read(async (scope) => this.#withMembers(scope, await scope.first(this.#all(scope).where("id", "=", id))));
  }

  findByName(displayName: string): Promise<ProvisionedGroup | null> {
    return this.#database.read(async (scope) => this.#withMembers(scope, await scope.first(this.#all(scope).where("display_name", "=", displayName))));
  }

  list({ after, offset = 0, limit }: ProvisionedPage): Promise<ProvisionedGroup[]> {
    return this.#database.read(async (scope) => {
      const all = this.#all(scope).orderBy("id").limit(limit).offset(offset);
      const rows = await scope.all(after === null ? all : all.where("id", ">", after));
      const groups: ProvisionedGroup[] = [];
      for (const row of rows) groups.push(toGroup(row, await this.#membersOf(scope, row.id)));
      return groups;
    });
  }

  async count(): Promise<number> {
    const row = await this.#database.read((scope) =>
      scope.first(
        scope.db.selectFrom("provisioned_group").select((eb) => eb.fn.countAll<number>().as("groups")).where("organization", "=", this.#organization),
      ),
    );
    return Number(row?.groups ?? 0);
  }

  async groupsOf(accountId: AccountId): Promise<ProvisionedGroup[]> {
    const rows = await this.#database.read((scope) => {
      const mine = scope.db
        .selectFrom("provisioned_membership")
        .select("group_id")
        .where("organization", "=", this.#organization)
        .where("account_id", "=", accountId);
      return scope.all(this.#all(scope).where("id", "in", mine).orderBy("id"));
    });
    return rows.map((row) => toGroup(row, []));
  }

  async replace(group: ProvisionedGroup, expected: number, acting: Acting): Promise<void> {
    await this.#database.write(async (scope) => {
      const before = await this.#require(scope, group.id);
      if (Number(before.version) !== expected) throw new KalendsError("revision-conflict", `The group ${group.id} was changed meanwhile`);
      await this.#requireFreeName(scope, group);
      await scope.run(
        scope.db.updateTable("provisioned_group").set(toColumns(group)).where("organization", "=", this.#organization).where("id", "=", group.id),
      );
      const old = new Set(await this.#membersOf(scope, group.id));
      const wanted = new Set(group.memberIds);
      for (const gone of [...old].filter((id) => !wanted.has(id))) await scope.run(this.#membership(scope, group.id).where("account_id", "=", gone));
      await this.#addMembers(scope, group.id, [...wanted].filter((id) => !old.has(id)));
      await this.#audit(scope, acting, group.id, `group changed, ${old.size} -> ${wanted.size} members`);
    });
  }

  async remove(id: string, acting: Acting): Promise<void> {
    await this.#database.write(async (scope) => {
      await this.#require(scope, id);
      await scope.run(this.#membership(scope, id));
      await scope.run(scope.db.deleteFrom("provisioned_group").where("organization", "=", this.#organization).where("id", "=", id));
      await this.#audit(scope, acting, id, "group removed");
    });
  }

  async #addMembers(scope: SqlScope, groupId: string, accountIds: readonly AccountId[]): Promise<void> {
    for (const accountId of new Set(accountIds)) {
      const user = await scope.first(
        scope.db.selectFrom("provisioned_user").select("account_id").where("organization", "=", this.#organization).where("account_id", "=", accountId),
      );
      if (user === undefined) throw new KalendsError("not-found", `There is no provisioned user ${accountId}`);
      await scope.run(scope.db.insertInto("provisioned_membership").values({ organization: this.#organization, group_id: groupId, account_id: accountId }));
    }
  }

  async #membersOf(scope: SqlScope, groupId: string): Promise<AccountId[]> {
    const rows = await scope.all(
      scope.db
        .selectFrom("provisioned_membership")
        .select("account_id")
        .where("organization", "=", this.#organization)
        .where("group_id", "=", groupId)
        .orderBy("account_id"),
    );
    return rows.map(({ account_id }) => account_id);
  }

  async #withMembers(scope: SqlScope, row: ProvisionedGroupTable | undefined): Promise<ProvisionedGroup | null> {
    return row === undefined ? null : toGroup(row, await this.#membersOf(scope, row.id));
  }

  async #require(scope: SqlScope, id: string): Promise<ProvisionedGroupTable> {
    const row = await scope.first(this.#all(scope).where("id", "=", id));
    if (row === undefined) throw new KalendsError("not-found", `There is no provisioned group ${id}`);
    return row;
  }

  async #requireFreeName(scope: SqlScope, { displayName, id }: ProvisionedGroup): Promise<void> {
    const other = await scope.first(this.#all(scope).where("display_name", "=", displayName).where("id", "!=", id));
    if (other !== undefined) throw new KalendsError("already-exists", "Another provisioned group has this name");
  }

  async #audit(scope: SqlScope, { actor, now }: Acting, subject: string, detail: string): Promise<void> {
    await appendAudit(scope, this.#organization, { action: "provision", actor, subject, detail }, now);
  }

  #membership(scope: SqlScope, groupId: string) {
    return scope.db.deleteFrom("provisioned_membership").where("organization", "=", this.#organization).where("group_id", "=", groupId);
  }

  #all(scope: SqlScope) {
    return scope.db.selectFrom("provisioned_group").selectAll().where("organization", "=", this.#organization);
  }
}

function toColumns(group: ProvisionedGroup): Omit<ProvisionedGroupTable, "organization" | "id"> {
  const { displayName, externalId, attributes, createdAt, changedAt, version } = group;
  return { display_name: displayName, external_id: externalId, attributes, created_at: createdAt, changed_at: changedAt, version };
}

function toGroup(row: ProvisionedGroupTable, memberIds: AccountId[]): ProvisionedGroup {
  const { id, display_name: displayName, external_id: externalId, attributes, created_at: createdAt, changed_at: changedAt, version } = row;
  return { id, displayName, externalId, memberIds, attributes, createdAt, changedAt, version };
}
