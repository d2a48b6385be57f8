import { sql, type CompiledQuery, type RawBuilder } from "kysely";
import { plainAcrossOrganizations, type AcrossOrganizations, type SqlDatabase } from "@kalends/store-sql";

interface OrganizationRow {
  id: string;
  name: string;
  created_at: number;
}

/**
 * What is asked about all organizations at once. Jobs are read under their own policy; the rest goes through functions that alone can see
 * all organizations (across-functions.ts).
 */
export function acrossOrganizations(database: SqlDatabase): AcrossOrganizations {
  const query = <Row>(raw: RawBuilder<Row>): { compile(): CompiledQuery<Row> } => ({ compile: () => raw.compile(database.db) });
  return {
    ...plainAcrossOrganizations(database),
    listOrganizations: async () => {
      const rows = await database.read((scope) => scope.all(query(sql<OrganizationRow>`select id, name, created_at from list_organizations()`)));
      return rows.map(({ id, name, created_at: createdAt }) => ({ id, name, createdAt }));
    },
    liveHolders: async (now) => {
      const rows = await database.read((scope) => scope.all(query(sql<{ holder: string }>`select holder from live_holders(${now})`)));
      return rows.map((row) => row.holder);
    },
    releaseHolder: async (holder) => {
      await database.write((scope) => scope.all(query(sql`select release_holder(${holder})`)));
    },
  };
}
