import { KalendsError, type Organization, type OrganizationId } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import type { OrganizationTable } from "../schema/directory-tables.ts";

/** Adds the organization with its counters. Throws `already-exists`, and `invalid-argument` where the id is empty. */
export async function addOrganization(database: SqlDatabase, organization: Organization): Promise<void> {
  const { id, name, createdAt } = organization;
  if (id === "") throw new KalendsError("invalid-argument", "The id of an organization is not empty");
  await database.of(id).write(async (scope) => {
    await scope.run(scope.db.insertInto("organization").values({ id, name, created_at: createdAt }));
    const counter = { change_sequence: 0, audit_number: 0, audit_head: null, alert_number: 0, job_token: 0 };
    await scope.run(scope.db.insertInto("feed_counter").values({ organization: id, ...counter }));
  });
}

export async function findOrganization(database: SqlDatabase, id: OrganizationId): Promise<Organization | null> {
  const row = await database.of(id).read((scope) => scope.first(scope.db.selectFrom("organization").selectAll().where("id", "=", id)));
  return row === undefined ? null : toOrganization(row);
}

export async function listOrganizations(database: SqlDatabase): Promise<Organization[]> {
  const rows = await database.read((scope) => scope.all(scope.db.selectFrom("organization").selectAll().orderBy("id")));
  return rows.map(toOrganization);
}

export function toOrganization(row: OrganizationTable): Organization {
  return { id: row.id, name: row.name, createdAt: Number(row.created_at) };
}
