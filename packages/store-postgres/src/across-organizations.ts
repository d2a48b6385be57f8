import { sql, type CompiledQuery, type RawBuilder } from "kysely";
import type { JobKind } from "@kalends/model";
import type { AcrossOrganizations, SqlDatabase } from "@kalends/store-sql";

interface DueRow {
  organization: string;
  kind: string;
  subject: string;
  run_at: number;
  attempts: number;
  token: number;
}

interface OrganizationRow {
  id: string;
  name: string;
  created_at: number;
}

/** What is asked about all organizations at once, through the functions that alone can see them all (across-functions.ts). */
export function acrossOrganizations(database: SqlDatabase): AcrossOrganizations {
  const query = <Row>(raw: RawBuilder<Row>): { compile(): CompiledQuery<Row> } => ({ compile: () => raw.compile(database.db) });
  const nextDue = async (): Promise<number | null> => {
    const [row] = await database.read((scope) => scope.all(query(sql<{ due: number | null }>`select due from next_due_job()`)));
    return row?.due ?? null;
  };
  return {
    nextDue,
    listOrganizations: async () => {
      const rows = await database.read((scope) => scope.all(query(sql<OrganizationRow>`select id, name, created_at from list_organizations()`)));
      return rows.map(({ id, name, created_at: createdAt }) => ({ id, name, createdAt }));
    },
    claimDue: async (now, limit, leaseMs, holder) => {
      // Looking first keeps an idle scheduler from writing.
      const due = await nextDue();
      if (due === null || due > now) return [];
      const claim = sql<DueRow>`select organization, kind, subject, run_at, attempts, token from claim_due_jobs(${now}, ${limit}, ${leaseMs}, ${holder})`;
      const rows = await database.write((scope) => scope.all(query(claim)));
      return rows.map(({ organization, kind, subject, run_at: runAt, attempts, token }) => ({
        organizationId: organization, kind: kind as JobKind, subject, runAt, attempts, token,
      }));
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
