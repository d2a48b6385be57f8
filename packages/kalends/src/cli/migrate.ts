import type { Command } from "commander";
import { KalendsError, type Store } from "@kalends/model";
import { isPostgresUrl, openDatabase, type PostgresOptions } from "../open-database.ts";
import { systemClock } from "../platform/system-clock.ts";
import { assertDatabase, resolveOptions } from "./open.ts";

interface MigrateFlags {
  print?: boolean;
  check?: boolean;
  printRoles?: boolean;
}

/** `kalends migrate [--print | --check | --print-roles]` */
export async function migrate(flags: MigrateFlags, command: Command): Promise<void> {
  const { database, postgres = {} } = resolveOptions(command);
  if (flags.printRoles === true) return printRoles(database, postgres);
  if (flags.print === true) return print(database, postgres);
  assertDatabase(database);
  const store = await openDatabase(database, systemClock, postgres);
  try {
    await (flags.check === true ? check(store) : run(store));
  } finally {
    await store.close();
  }
}

async function run(store: Store): Promise<void> {
  const applied = await store.migrations.run();
  process.stdout.write(applied.length === 0 ? "The schema is up to date.\n" : `Applied: ${applied.join(", ")}\n`);
}

async function check(store: Store): Promise<void> {
  await store.migrations.check();
  process.stdout.write("The schema is up to date.\n");
}

/** Needs no database to be there. */
async function print(database: string, postgres: PostgresOptions): Promise<void> {
  if (isPostgresUrl(database)) {
    const { migrationScript } = await import("@kalends/store-postgres");
    process.stdout.write(migrationScript(postgres));
    return;
  }
  const store = await openDatabase(":memory:", systemClock);
  process.stdout.write(store.migrations.print());
  await store.close();
}

async function printRoles(database: string, { schema }: PostgresOptions): Promise<void> {
  if (!isPostgresUrl(database)) {
    throw new KalendsError("invalid-argument", "Roles are made on PostgreSQL only", { remedy: "Name it with --database postgres://..." });
  }
  const { roleScript } = await import("@kalends/store-postgres");
  process.stdout.write(roleScript(schema === undefined ? {} : { schema }));
}
