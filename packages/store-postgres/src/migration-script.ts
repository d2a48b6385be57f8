import { KalendsError } from "@kalends/model";
import { createSqlStore, type SqlDriver } from "@kalends/store-sql";
import type { PostgresStoreOptions } from "./open-postgres-store.ts";
import { checkPartitions, postgresFlavor } from "./postgres-flavor.ts";
import { checkSchemaName } from "./schema-name.ts";

/** All statements from an empty database on, as one script in one transaction. Connects nowhere. */
export function migrationScript({ schema = "kalends", partitions }: Pick<PostgresStoreOptions, "schema" | "partitions"> = {}): string {
  const nowhere = async (): Promise<never> => {
    throw new KalendsError("engine-closed", "There is no connection here");
  };
  const driver: SqlDriver = { read: nowhere, write: nowhere, close: async () => undefined };
  return createSqlStore({ driver, dialect: postgresFlavor(checkSchemaName(schema), checkPartitions(partitions)) }).migrations.print();
}
