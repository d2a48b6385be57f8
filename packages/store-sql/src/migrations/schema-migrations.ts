import { createHash } from "node:crypto";
import { KalendsError, type Clock } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import type { SqlFlavor } from "../database/sql-flavor.ts";
import type { SqlScope } from "../database/sql-scope.ts";
import { allMigrations } from "./all-migrations.ts";
import type { Migration } from "./migration.ts";

function checksumOf(migration: Migration, flavor: SqlFlavor): string {
  return createHash("sha256").update(migration.statements(flavor).join(";\n")).digest("hex").slice(0, 32);
}

function ledger(flavor: SqlFlavor): string {
  const { text, integer } = flavor.types;
  const lines = [`number ${integer} not null primary key`, `name ${text} not null`, `checksum ${text} not null`, `applied_at ${integer}`];
  return flavor.createTable("migration", lines, false);
}

/** Brings a database to the schema of this version, or says why that cannot be. */
export class SchemaMigrations {
  readonly #database: SqlDatabase;
  readonly #clock: Clock | null;
  readonly #migrations: readonly Migration[];

  constructor(database: SqlDatabase, clock: Clock | null, migrations: readonly Migration[] = allMigrations) {
    this.#database = database;
    this.#clock = clock;
    this.#migrations = migrations;
  }

  /** Applies what is missing, in one transaction, and returns the names. Two processes may call it at the same time. */
  async run(): Promise<string[]> {
    if ((await this.#database.read((scope) => this.#missing(scope))).length === 0) return [];
    return this.#database.write(async (scope) => {
      for (const statement of scope.flavor.beforeMigrations) await scope.text(statement);
      // Read again under the write lock: another process may have migrated meanwhile.
      const missing = await this.#missing(scope);
      if (missing.length === 0) return [];
      if (!(await this.#hasLedger(scope))) await scope.text(ledger(scope.flavor));
      for (const migration of missing) await this.#apply(scope, migration);
      for (const statement of scope.flavor.afterMigrations) await scope.text(statement);
      return missing.map((migration) => migration.name);
    });
  }

  /** Throws `store-unmigrated`, `store-too-new`, or `store-corrupt` where an applied step is not the one that this version knows. */
  async check(): Promise<void> {
    const missing = await this.#database.read((scope) => this.#missing(scope));
    if (missing.length === 0) return;
    throw new KalendsError("store-unmigrated", `The database lacks ${missing.length} of ${this.#migrations.length} schema steps`);
  }

  /** All statements from an empty database on, as one SQL script. */
  print(): string {
    const flavor = this.#database.flavor;
    const steps = this.#migrations.map((migration) => {
      const record = `insert into migration (number, name, checksum) values (${migration.number}, '${migration.name}', '${checksumOf(migration, flavor)}')`;
      return `-- ${String(migration.number).padStart(4, "0")} ${migration.name}\n${[...migration.statements(flavor), record].join(";\n\n")};\n`;
    });
    const before = flavor.beforeMigrations.map((statement) => `${statement};\n\n`).join("");
    const after = flavor.afterMigrations.map((statement) => `\n${statement};\n`).join("");
    return `begin;\n\n${before}${ledger(flavor)};\n\n${steps.join("\n")}${after}\ncommit;\n`;
  }

  async #hasLedger(scope: SqlScope): Promise<boolean> {
    return (await scope.rows(scope.flavor.tableExists("migration"))).length > 0;
  }

  async #missing(scope: SqlScope): Promise<Migration[]> {
    if (!(await this.#hasLedger(scope))) return [...this.#migrations];
    const applied = await scope.all(scope.db.selectFrom("migration").select(["number", "checksum"]).orderBy("number"));
    const known = new Map(this.#migrations.map((migration) => [migration.number, migration]));
    const done = new Set<number>();
    for (const row of applied) {
      const migration = known.get(Number(row.number));
      if (migration === undefined) throw new KalendsError("store-too-new", `The database has schema step ${row.number}, which this version does not know`);
      if (row.checksum !== checksumOf(migration, scope.flavor)) {
        throw new KalendsError("store-corrupt", `Schema step ${migration.number} of the database is not the one of this version`);
      }
      done.add(migration.number);
    }
    return this.#migrations.filter((migration) => !done.has(migration.number));
  }

  async #apply(scope: SqlScope, migration: Migration): Promise<void> {
    for (const statement of migration.statements(scope.flavor)) await scope.text(statement);
    await scope.run(
      scope.db.insertInto("migration").values({
        number: migration.number,
        name: migration.name,
        checksum: checksumOf(migration, scope.flavor),
        applied_at: this.#clock?.now() ?? null,
      }),
    );
  }
}
