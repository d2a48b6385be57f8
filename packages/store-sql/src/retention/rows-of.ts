import { sql, type RawBuilder, type SqlBool } from "kysely";
import type { HeldBy, OrganizationId, RowCounts } from "@kalends/model";
import type { SqlScope } from "../database/sql-scope.ts";
import type { Database } from "../schema/database.ts";
import { tableClasses, type OwnerColumn } from "./table-classes.ts";

type TableName = keyof Database;

/** The condition under which a row of the table hangs on the subject; `null` where no row of it does. */
export function heldCondition(scope: SqlScope, organization: OrganizationId, table: TableName, subject: HeldBy): RawBuilder<SqlBool> | null {
  const column = "accountId" in subject ? tableClasses[table].account : tableClasses[table].connection;
  if (column === undefined) return null;
  const own = sql<SqlBool>`${sql.ref("organization")} = ${organization}`;
  if ("accountId" in subject) return sql<SqlBool>`${own} and ${byAccount(organization, column, subject.accountId)}`;
  return sql<SqlBool>`${own} and ${byConnection(organization, column, subject.connectionId)}`;
}

function byAccount(organization: OrganizationId, column: OwnerColumn, id: string): RawBuilder<SqlBool> {
  const connections = sql`(select id from connection where ${sql.ref("organization")} = ${organization} and account_id = ${id})`;
  const calendars = sql`(select id from calendar where ${sql.ref("organization")} = ${organization} and account_id = ${id})`;
  if (column === "connection_id") return sql`connection_id in ${connections}`;
  if (column === "calendar_id") return sql`calendar_id in ${calendars}`;
  if (column === "subject") return sql`(subject in ${connections} or subject in ${calendars} or subject = ${id})`;
  return sql`${sql.ref(column)} = ${id}`;
}

function byConnection(organization: OrganizationId, column: OwnerColumn, id: string): RawBuilder<SqlBool> {
  const calendars = sql`(select id from calendar where ${sql.ref("organization")} = ${organization} and connection_id = ${id})`;
  if (column === "calendar_id") return sql`calendar_id in ${calendars}`;
  if (column === "subject") return sql`(subject = ${id} or subject in ${calendars})`;
  return sql`${sql.ref(column)} = ${id}`;
}

/** Counts, table by table, what hangs on the subject. */
export async function rowsOf(scope: SqlScope, organization: OrganizationId, subject: HeldBy): Promise<RowCounts> {
  const counts: Record<string, number> = {};
  for (const table of Object.keys(tableClasses) as TableName[]) {
    const condition = heldCondition(scope, organization, table, subject);
    if (condition === null) continue;
    const row = await scope.first(scope.db.selectFrom(table).select(sql<number>`count(*)`.as("rows")).where(condition));
    const rows = Number(row?.rows ?? 0);
    if (rows > 0) counts[table] = rows;
  }
  return counts;
}

/** Removes what hangs on the subject in one table and returns how many rows that were. */
export async function dropRows(scope: SqlScope, organization: OrganizationId, table: TableName, subject: HeldBy): Promise<number> {
  const condition = heldCondition(scope, organization, table, subject);
  return condition === null ? 0 : scope.run(scope.db.deleteFrom(table).where(condition));
}
