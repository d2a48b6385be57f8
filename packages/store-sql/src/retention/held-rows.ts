import { sql, type SelectQueryBuilder } from "kysely";
import type { AccountId, AgedRows, HeldAccount, HeldRecords, OrganizationId } from "@kalends/model";
import type { SqlScope } from "../database/sql-scope.ts";
import { rowsOf } from "./rows-of.ts";
import type { Database } from "../schema/database.ts";

/** Operational tables whose rows go by age, and the column that tells it. */
export const recordTables = {
  change_record: "at",
  application_record: "at",
  tombstone: "removed_at",
  invitation: "expires_at",
  connect_attempt: "expires_at",
} as const;
/** Append-only: their age is told, and only the host can end them. */
const loggedTables = { audit_record: "at", alert_record: "at" } as const;

function aged(row: { rows: number | string | bigint; oldest: number | string | bigint | null } | undefined): AgedRows | null {
  return row === undefined || row.oldest === null || Number(row.rows) === 0 ? null : { rows: Number(row.rows), oldest: Number(row.oldest) };
}

export async function heldOf(
  scope: SqlScope,
  organization: OrganizationId,
  accountId: AccountId,
  ends: { left: number; due: number },
): Promise<HeldAccount | null> {
  const { db } = scope;
  const account = await scope.first(
    db.selectFrom("account").select(["created_at", "rules", "purging_at"]).where("organization", "=", organization).where("id", "=", accountId),
  );
  if (account === undefined) return null;
  const granted = await scope.all(
    db.selectFrom("access_authorization").select(["id", "application_id", "state", "ended_at"]).where("organization", "=", organization)
      .where("account_id", "=", accountId).orderBy("id"),
  );
  const rows = await rowsOf(scope, organization, { accountId });
  const due = await passedRows(scope, organization, accountId, { after: Number.MIN_SAFE_INTEGER, upTo: ends.due });
  const left = await passedRows(scope, organization, accountId, { after: ends.due, upTo: ends.left });
  const marks = await markRows(scope, organization, accountId);
  const count = (...tables: string[]): number => tables.reduce((sum, table) => sum + (rows[table] ?? 0), 0);
  return {
    accountId,
    createdAt: account.created_at,
    rules: account.rules,
    purging: account.purging_at !== null,
    authorizations: granted.map(({ id, application_id, state, ended_at }) => ({
      id, applicationId: application_id, endedAt: state === "ended" ? (ended_at ?? account.created_at) : null,
    })),
    credentials: await credentials(scope, organization, accountId),
    due,
    left,
    events: count("calendar_object", "busy_span", "quarantined_item") - (due?.rows ?? 0) - (left?.rows ?? 0) - marks,
    structure: count("account", "connection", "calendar", "sync_state", "access_authorization", "provisioned_user", "provisioned_membership") + marks,
  };
}

async function credentials(scope: SqlScope, organization: OrganizationId, accountId: AccountId): Promise<HeldAccount["credentials"]> {
  const rows = await scope.all(
    scope.db
      .selectFrom("connection")
      .innerJoin("credential", (join) =>
        join.onRef("credential.organization", "=", "connection.organization").onRef("credential.connection_id", "=", "connection.id"),
      )
      .select(["connection.id", "connection.refused_at", "connection.disconnected_at"])
      .where("connection.organization", "=", organization)
      .where("connection.account_id", "=", accountId)
      .orderBy("connection.id"),
  );
  return rows.map((row) => ({ connectionId: row.id, refusedAt: row.refused_at, disconnectedAt: row.disconnected_at }));
}

/** Objects of the account's calendars. */
export function objectsOf(
  scope: SqlScope,
  organization: OrganizationId,
  accountId: AccountId,
): SelectQueryBuilder<Database, "calendar_object", object> {
  const calendars = scope.db.selectFrom("calendar").select("id").where("organization", "=", organization).where("account_id", "=", accountId);
  return scope.db.selectFrom("calendar_object").where("calendar_object.organization", "=", organization).where("calendar_object.calendar_id", "in", calendars);
}

/** Objects that ended in that stretch and are more than sync marks. */
async function passedRows(
  scope: SqlScope,
  organization: OrganizationId,
  accountId: AccountId,
  ended: { after: number; upTo: number },
): Promise<AgedRows | null> {
  const row = await scope.first(
    objectsOf(scope, organization, accountId)
      .select([sql<number>`count(*)`.as("rows"), sql<number | null>`min(last_ms)`.as("oldest")])
      .where("last_ms", ">", ended.after)
      .where("last_ms", "<=", ended.upTo)
      .where((eb) => eb.or([eb("first_ms", "<>", 0), eb("last_ms", "<>", 0)])),
  );
  return aged(row);
}

/** Objects of which only the sync mark is left. */
async function markRows(scope: SqlScope, organization: OrganizationId, accountId: AccountId): Promise<number> {
  const marks = objectsOf(scope, organization, accountId).select(sql<number>`count(*)`.as("rows")).where("outside", "=", 1);
  return Number((await scope.first(marks.where("first_ms", "=", 0).where("last_ms", "=", 0)))?.rows ?? 0);
}

export async function heldRecords(scope: SqlScope, organization: OrganizationId, writtenBefore: number): Promise<HeldRecords[]> {
  const held: HeldRecords[] = [];
  for (const [table, column] of Object.entries({ ...recordTables, ...loggedTables })) {
    const all = sql`select count(*) as rows, min(${sql.ref(column)}) as oldest from ${sql.table(table)} where ${sql.ref("organization")} = ${organization}`;
    const either = async (condition: "<=" | ">"): Promise<AgedRows | null> => {
      const query = sql<{ rows: number; oldest: number | null }>`${all} and ${sql.ref(column)} ${sql.raw(condition)} ${writtenBefore}`;
      const [row] = await scope.all<{ rows: number; oldest: number | null }>({ compile: () => query.compile(scope.db) });
      return aged(row);
    };
    held.push({ table, old: await either("<="), recent: await either(">") });
  }
  return held;
}
