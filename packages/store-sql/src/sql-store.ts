import { KalendsError } from "@kalends/model";
import type { Clock, JobSource, JoinedStore, Organization, OrganizationId, OrganizationStore, RequestBudgets, Store } from "@kalends/model";
import type { AcrossOrganizations } from "./database/across-organizations.ts";
import { plainAcrossOrganizations } from "./database/plain-across-organizations.ts";
import { SqlDatabase } from "./database/sql-database.ts";
import type { SqlDriver } from "./database/sql-driver.ts";
import type { SqlFlavor } from "./database/sql-flavor.ts";
import { SqlJobSource } from "./jobs/sql-job-source.ts";
import { SqlRequestBudgets } from "./jobs/sql-request-budgets.ts";
import { SchemaMigrations } from "./migrations/schema-migrations.ts";
import { addOrganization, findOrganization } from "./organizations/organization-rows.ts";
import { sqlOrganizationStore } from "./sql-organization-store.ts";

export interface SqlStoreOptions {
  driver: SqlDriver;
  dialect: SqlFlavor;
  /** Dates the migration records; without it they carry no time. */
  clock?: Clock;
  /** What is asked about all organizations at once. Default: plain queries. */
  across?: (database: SqlDatabase) => AcrossOrganizations;
  /** The driver port inside a transaction of the host's. Throws `invalid-argument` for something else. */
  join?: (transaction: object) => SqlDriver;
}

class SqlStore implements Store {
  readonly migrations: Store["migrations"];
  readonly settings: Store["settings"];
  readonly scrub?: () => Promise<boolean>;
  readonly joined?: (transaction: object) => JoinedStore;
  readonly jobSource: JobSource;
  readonly budgets: RequestBudgets;
  readonly #database: SqlDatabase;
  readonly #across: AcrossOrganizations;

  constructor({ driver, dialect, clock, across = plainAcrossOrganizations, join }: SqlStoreOptions) {
    const database = SqlDatabase.on(driver, dialect);
    this.#database = database;
    this.#across = across(database);
    this.migrations = new SchemaMigrations(database, clock ?? null);
    this.jobSource = new SqlJobSource(database, this.#across);
    this.budgets = new SqlRequestBudgets(database);
    if (database.scrub !== null) this.scrub = database.scrub;
    if (join !== undefined) {
      this.joined = (transaction) => {
        const inside = database.through(join(transaction));
        return { organization: (id) => sqlOrganizationStore(inside, id) };
      };
    }
    this.settings = {
      get: (name) => this.#setting(name),
      put: (name, value) => this.#putSetting(name, value),
      replace: (name, expected, value) => this.#replaceSetting(name, expected, value),
    };
  }

  organization(id: OrganizationId): OrganizationStore {
    return sqlOrganizationStore(this.#database, id);
  }

  addOrganization(organization: Organization): Promise<void> {
    return addOrganization(this.#database, organization);
  }

  findOrganization(id: OrganizationId): Promise<Organization | null> {
    return findOrganization(this.#database, id);
  }

  listOrganizations(): Promise<Organization[]> {
    return this.#across.listOrganizations();
  }

  liveHolders(now: number): Promise<string[]> {
    return this.#across.liveHolders(now);
  }

  releaseHolder(holder: string): Promise<void> {
    return this.#across.releaseHolder(holder);
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

/** A `Store` on any database that has a driver and a flavour. It does not migrate by itself: call `migrations.run()` or `check()`. */
export function createSqlStore(options: SqlStoreOptions): Store {
  return new SqlStore(options);
}
