import type { AccountId, AvailabilityCalendar, AvailabilitySources, CalendarId, OrganizationId } from "@kalends/model";
import type { SqlScope } from "../database/sql-scope.ts";

interface SourceRow {
  id: string;
  account_id: string;
  last_success: number | null;
  error_code: string | null;
  window_from: number | null;
  window_to: number | null;
}

/** At most four queries, whatever the number of accounts and calendars. */
export async function readAvailabilitySources(
  scope: SqlScope,
  organization: OrganizationId,
  accountIds: readonly AccountId[],
  calendarIds: readonly CalendarId[],
): Promise<AvailabilitySources> {
  const { db, flavor } = scope;
  const accounts = accountIds.length === 0 ? [] : await scope.all(
    db.selectFrom("account").select("id").where("organization", "=", organization).where("purging_at", "is", null).where("id", "in", flavor.textList(accountIds)),
  );
  const calendars = new Map<CalendarId, AvailabilityCalendar>();
  for (const [column, ids] of [["account_id", accountIds], ["id", calendarIds]] as const) {
    if (ids.length === 0) continue;
    for (const row of await scope.all<SourceRow>(calendarsBy(scope, organization, column, ids))) calendars.set(row.id, toCalendar(row));
  }
  const owners = [...new Set([...calendars.values()].map(({ accountId }) => accountId))];
  const granted = owners.length === 0 ? [] : await scope.all(
    db
      .selectFrom("access_authorization")
      .select(["account_id", "excluded_calendar_ids"])
      .where("organization", "=", organization)
      .where("account_id", "in", flavor.textList(owners))
      .where("state", "=", "active"),
  );
  return {
    accounts: new Set(accounts.map((row) => row.id)),
    calendars,
    exclusions: granted.map((row) => ({ accountId: row.account_id, calendarIds: JSON.parse(row.excluded_calendar_ids) as string[] })),
  };
}

/** What came through a disconnected connection is hidden here as it is in every list; those of an account that is going are disconnected too. */
function calendarsBy(scope: SqlScope, organization: OrganizationId, column: "account_id" | "id", ids: readonly string[]) {
  return scope.db
    .selectFrom("calendar")
    .innerJoin("sync_state as state", (join) =>
      join.onRef("state.organization", "=", "calendar.organization").onRef("state.calendar_id", "=", "calendar.id"),
    )
    .innerJoin("connection", (join) => join.onRef("connection.organization", "=", "calendar.organization").onRef("connection.id", "=", "calendar.connection_id"))
    .select(["calendar.id", "calendar.account_id", "state.last_success", "state.error_code", "state.window_from", "state.window_to"])
    .where("calendar.organization", "=", organization)
    .where(`calendar.${column}`, "in", scope.flavor.textList(ids))
    .where("calendar.removed_at", "is", null)
    .where("connection.state", "!=", "disconnected")
    .orderBy("calendar.id");
}

function toCalendar(row: SourceRow): AvailabilityCalendar {
  const { id, account_id: accountId, last_success: lastSuccess, error_code: errorCode, window_from: from, window_to: to } = row;
  return { calendarId: id, accountId, lastSuccess, errorCode, storedWindow: from === null || to === null ? null : { from, to } };
}
