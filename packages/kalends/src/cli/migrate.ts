import type { Command } from "commander";
import { openSqliteStore } from "@kalends/store-sqlite";
import { systemClock } from "../platform/system-clock.ts";
import { assertDatabase, resolveOptions } from "./open.ts";

/** `kalends migrate [--print | --check]` */
export async function migrate(flags: { print?: boolean; check?: boolean }, command: Command): Promise<void> {
  const { database } = resolveOptions(command);
  if (flags.print !== true) assertDatabase(database);
  const store = await openSqliteStore({ path: flags.print === true ? ":memory:" : database, clock: systemClock });
  try {
    if (flags.print === true) {
      process.stdout.write(store.migrations.print());
    } else if (flags.check === true) {
      await store.migrations.check();
      process.stdout.write("The schema is up to date.\n");
    } else {
      const applied = await store.migrations.run();
      process.stdout.write(applied.length === 0 ? "The schema is up to date.\n" : `Applied: ${applied.join(", ")}\n`);
    }
  } finally {
    await store.close();
  }
}
