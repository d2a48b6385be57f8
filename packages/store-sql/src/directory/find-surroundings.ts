import type { CalendarId, CalendarSurroundings, OrganizationId } from "@kalends/model";
import { together } from "../database/together.ts";
import type { SqlScope } from "../database/sql-scope.ts";
import { toApplication } from "./application-rows.ts";
import { toAuthorization } from "./authorization-rows.ts";
import { toCalendar } from "./calendar-rows.ts";
import { toConnection } from "./connection-rows.ts";

/** What hangs on the calendar is asked for at once: where the connection can pipeline, that is one round trip. */
export async function findSurroundings(scope: SqlScope, organization: OrganizationId, id: CalendarId): Promise<CalendarSurroundings | null> {
  const { db } = scope;
  const calendar = await scope.first(db.selectFrom("calendar").selectAll().where("organization", "=", organization).where("id", "=", id));
  if (calendar === undefined) return null;
  const { account_id: accountId, connection_id: connectionId } = calendar;
  const [connection, account, authorizations, applications] = await together([
    scope.first(
      db.selectFrom("connection").selectAll().where("organization", "=", organization).where("id", "=", connectionId).where("purging_at", "is", null),
    ),
    scope.first(
      db.selectFrom("account").select("time_zone").where("organization", "=", organization).where("id", "=", accountId).where("purging_at", "is", null),
    ),
    scope.all(db.selectFrom("access_authorization").selectAll().where("organization", "=", organization).where("account_id", "=", accountId).orderBy("id")),
    scope.all(db.selectFrom("application").selectAll().where("organization", "=", organization).orderBy("id")),
  ]);
  return {
    calendar: toCalendar(calendar),
    connection: connection === undefined ? null : toConnection(connection),
    accountTimeZone: account?.time_zone ?? null,
    authorizations: authorizations.map(toAuthorization),
    applications: applications.map(toApplication),
  };
}
