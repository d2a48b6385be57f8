import { KalendsError, type Clock, type JobSource, type Organization, type OrganizationId, type OrganizationStore, type Store } from "@kalends/model";
import { SqlDatabase } from "./database/sql-database.ts";
import type { SqlDriver } from "./database/sql-driver.ts";
import type { SqlFlavor } from "./database/sql-flavor.ts";
import { SqlJobSource } from "./jobs/sql-job-source.ts";
import { SchemaMigrations } from "./migrations/schema-migrations.ts";
import type { OrganizationTable } from "./schema/directory-tables.ts";
import { sqlOrganizationStore } from "./sql-organization-store.ts";
import { liveHolders, releaseHolder } from "./sync/lease-holders.ts";

export interface SqlStoreOptions {
  driver: SqlDriver;
  dialect: SqlFlavor;
  /** Dates the migration records; without it they carry no time. */
  clock?: Clock;
}

class SqlStore implements Store {
  readonly migrations: Store["migrations"];
  readonly settings: Store["settings"];
  readonly jobSource: JobSource;
  readonly #database: SqlDatabase;

  constructor({ driver, dialect, clock }: SqlStoreOptions) {
    const database = new SqlDatabase(driver, dialect);
    this.#database = database;
    this.migrations = new SchemaMigrations(database, clock ?? null);
    this.jobSource = new SqlJobSource(database);
    this.settings = {
      get: (name) => this.#setting(name),
      put: (name, value) => this.#putSetting(name, value),
      replace: (name, expected, value) => this.#replaceSetting(name, expected, value),
    };
  }

  organization(id: OrganizationId): OrganizationStore {
    return sqlOrganizationStore(this.#database, id);
  }

  async addOrganization(organization: Organization): Promise<void> {
    const { id, name, createdAt } = organization;
    await this.#database.write(async (scope) => {
      await scope.run(scope.db.insertInto("organization").values({ id, name, created_at: createdAt }));
      const counter = { change_sequence: 0, audit_number: 0, audit_head: null, alert_number: 0, job_token: 0 };
      await scope.run(scope.db.insertInto("feed_counter").values({ organization: id, ...counter }));
    });
  }

  async findOrganization(id: OrganizationId): Promise<Organization | null> {
    const row = await this.#database.read((scope) => scope.first(scope.db.selectFrom("organization").selectAll().where("id", "=", id)));
    return row === undefined ? null : toOrganization(row);
  }

  async listOrganizations(): Promise<Organization[]> {
    const rows = await this.#database.read((scope) => scope.all(scope.db.selectFrom("organization").selectAll().orderBy("id")));
    return rows.map(toOrganization);
  }

  liveHolders(now: number): Promise<string[]> {
    return liveHolders(this.#database, now);
  }

  releaseHolder(holder: string): Promise<void> {
    return releaseHolder(this.#database, holder);
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  async #setting(name: string): Promise<string | null> {
    const row = await this.#database.read((scope) => scope.first(scope.db.selectFrom("setting").select("value").where("name", "=", name)));
    return row?.value ?? null;
  }

  async #putSetting(name: string, value: string): Promise<void> {
    const written = await this.#database.write((scope) =>
      scope.run(scope.db.insertInto("setting").values({ name, value }).onConflict((conflict) => conflict.column("name").doNothing())),
    );
    if (written === 0) throw new KalendsError("already-exists", `The setting ${name} has a value already`);
  }

  async #replaceSetting(name: string, expected: string, value: string): Promise<void> {
    const written = await this.#database.write((scope) =>
      scope.run(scope.db.updateTable("setting").set({ value }).where("name", "=", name).where("value", "=", expected)),
    );
    if (written === 0) throw new KalendsError("revision-conflict", `The setting ${name} was changed meanwhile`);
  }
}

function toOrganization(row: OrganizationTable): Organization {
  return { id: row.id, name: row.name, createdAt: row.created_at };
}

/** A `Store` on any database that has a driver and a flavour. It does not migrate by itself: call `migrations.run()` or `check()`. */
export function createSqlStore(options: SqlStoreOptions): Store {
  return new SqlStore(options);
}
