import type { Application, ApplicationId, OrganizationId, Scope } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import type { SqlScope } from "../database/sql-scope.ts";
import type { ApplicationTable } from "../schema/directory-tables.ts";

export class ApplicationRows {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
  }

  async put(application: Application): Promise<void> {
    await this.#database.write((scope) => putApplicationRow(scope, this.#organization, application));
  }

  async find(id: ApplicationId): Promise<Application | null> {
    const row = await this.#database.read((scope) => scope.first(this.#all(scope).where("id", "=", id)));
    return row === undefined ? null : toApplication(row);
  }

  async list(): Promise<Application[]> {
    const rows = await this.#database.read((scope) => scope.all(this.#all(scope).orderBy("id")));
    return rows.map(toApplication);
  }

  #all(scope: SqlScope) {
    return scope.db.selectFrom("application").selectAll().where("organization", "=", this.#organization);
  }
}

/** Writes or replaces the row, and nothing else. */
export async function putApplicationRow(scope: SqlScope, organization: OrganizationId, application: Application): Promise<void> {
  const values = {
    name: application.name,
    days_back: application.window.daysBack,
    days_ahead: application.window.daysAhead,
    scopes: JSON.stringify(application.scopes),
    created_at: application.createdAt,
    feed: application.feed ? 1 : 0,
  };
  await scope.run(
    scope.db
      .insertInto("application")
      .values({ organization, id: application.id, ...values })
      .onConflict((conflict) => conflict.columns(["organization", "id"]).doUpdateSet(values)),
  );
}

export function toApplication(row: ApplicationTable): Application {
  return {
    organizationId: row.organization,
    id: row.id,
    name: row.name,
    window: { daysBack: row.days_back, daysAhead: row.days_ahead },
    scopes: JSON.parse(row.scopes) as Scope[],
    createdAt: row.created_at,
    feed: row.feed === 1,
  };
}
