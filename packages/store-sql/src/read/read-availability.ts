import { sql, type Expression, type RawBuilder } from "kysely";
import type { AccountId, AvailabilityCalendar, BusyKind, BusySpan, CalendarId, OrganizationId, StoredAvailability, TimeRange } from "@kalends/model";
import type { SqlScope } from "../database/sql-scope.ts";
import { endless } from "../schema/object-tables.ts";

/** One calendar, or an account without one. */
interface AvailabilityRow {
  account_id: string;
  id: string | null;
  last_success: number | null;
  error_code: string | null;
  window_from: number | null;
  window_to: number | null;
  /** JSON arrays of the account's active authorizations, joined by commas. */
  excluded: string | null;
  /** `kind from to`, joined by semicolons. */
  spans: string | null;
}

/**
 * One query for all calendars of the accounts, one more for calendars named besides. Spans come as one text for each calendar: for a database it
 * is as cheap as a row, and reading a row of its own for every span is what costs most.
 */
export async function readAvailability(
  scope: SqlScope,
  organization: OrganizationId,
  { accountIds, calendarIds, range }: { accountIds: readonly AccountId[]; calendarIds: readonly CalendarId[]; range: TimeRange },
): Promise<StoredAvailability> {
  const accounts = new Set<AccountId>();
  const calendars = new Map<CalendarId, AvailabilityCalendar>();
  const excluded = new Map<AccountId, string>();
  const take = (row: AvailabilityRow): void => {
    if (row.excluded !== null) excluded.set(row.account_id, row.excluded);
    if (row.id !== null) calendars.set(row.id, toCalendar(row, row.id));
  };
  if (accountIds.length > 0) {
    for (const row of await scope.all<AvailabilityRow>(ofAccounts(scope, organization, accountIds, range))) {
      accounts.add(row.account_id);
      take(row);
    }
  }
  if (calendarIds.length > 0) {
    for (const row of await scope.all<AvailabilityRow>(named(scope, organization, calendarIds, range))) take(row);
  }
  const exclusions = Array.from(excluded, ([accountId, lists]) =>
    (JSON.parse(`[${lists}]`) as CalendarId[][]).map((ids) => ({ accountId, calendarIds: ids })),
  );
  return { accounts, calendars, exclusions: exclusions.flat() };
}

/** What came through a disconnected connection is hidden here as it is in every list; those of an account that is going are disconnected too. */
function ofAccounts(scope: SqlScope, organization: OrganizationId, accountIds: readonly AccountId[], range: TimeRange) {
  const parts = partsOf(scope, organization, range);
  return scope.db
    .selectFrom("account")
    .leftJoin("calendar", (join) =>
      join.onRef("calendar.organization", "=", "account.organization").onRef("calendar.account_id", "=", "account.id").on("calendar.removed_at", "is", null),
    )
    .leftJoin("connection", (join) =>
      join.onRef("connection.organization", "=", "calendar.organization").onRef("connection.id", "=", "calendar.connection_id")
        .on("connection.state", "!=", "disconnected"),
    )
    .leftJoin("sync_state as state", (join) =>
      join.onRef("state.organization", "=", "calendar.organization").onRef("state.calendar_id", "=", "calendar.id"),
    )
    .select(["account.id as account_id", "state.last_success", "state.error_code", "state.window_from", "state.window_to"])
    .select([
      sql<string | null>`case when connection.id is not null then calendar.id end`.as("id"),
      parts.excluded(sql.ref("account.id")).as("excluded"),
      sql<string | null>`case when connection.id is not null then ${parts.spans} end`.as("spans"),
    ])
    .where("account.organization", "=", organization)
    .where("account.id", "in", scope.flavor.textList(accountIds))
    .where("account.purging_at", "is", null)
    .orderBy("calendar.id");
}

function named(scope: SqlScope, organization: OrganizationId, calendarIds: readonly CalendarId[], range: TimeRange) {
  const parts = partsOf(scope, organization, range);
  return scope.db
    .selectFrom("calendar")
    .innerJoin("connection", (join) => join.onRef("connection.organization", "=", "calendar.organization").onRef("connection.id", "=", "calendar.connection_id"))
    .innerJoin("sync_state as state", (join) =>
      join.onRef("state.organization", "=", "calendar.organization").onRef("state.calendar_id", "=", "calendar.id"),
    )
    .select(["calendar.account_id", "calendar.id", "state.last_success", "state.error_code", "state.window_from", "state.window_to"])
    .select([parts.excluded(sql.ref("calendar.account_id")).as("excluded"), parts.spans.as("spans")])
    .where("calendar.organization", "=", organization)
    .where("calendar.id", "in", scope.flavor.textList(calendarIds))
    .where("calendar.removed_at", "is", null)
    .where("connection.state", "!=", "disconnected")
    .orderBy("calendar.id");
}

interface Parts {
  excluded(accountId: Expression<unknown>): RawBuilder<string | null>;
  spans: RawBuilder<string | null>;
}

/** What stands in a column by itself: it is asked for once for each row. */
function partsOf({ db, flavor }: SqlScope, organization: OrganizationId, range: TimeRange): Parts {
  const granted = (accountId: Expression<unknown>) =>
    db
      .selectFrom("access_authorization as granted")
      .select(flavor.joinTexts(sql.ref("granted.excluded_calendar_ids"), ",").as("lists"))
      .where("granted.organization", "=", organization)
      .where("granted.account_id", "=", sql<string>`${accountId}`)
      .where("granted.state", "=", "active");
  const spans = db
    .selectFrom("busy_span as span")
    .select(flavor.joinTexts(sql`span.kind || ' ' || span.from_ms || ' ' || span.to_ms`, ";").as("texts"))
    .where("span.organization", "=", organization)
    .whereRef(sql`span.calendar_id`, "=", sql`calendar.id`)
    .where("span.to_ms", ">", range.from)
    // The key ends with the spans' ends: without a bound there, all spans behind the range would be walked too.
    .where("span.to_ms", "<", sql<number>`${range.to} + case when state.longest_span_token = state.token then state.longest_span else ${endless} end`)
    .where("span.from_ms", "<", range.to);
  return { excluded: (accountId) => sql`(${granted(accountId)})`, spans: sql`(${spans})` };
}

function toCalendar(row: AvailabilityRow, calendarId: CalendarId): AvailabilityCalendar {
  const { account_id: accountId, last_success: lastSuccess, error_code: errorCode, window_from: from, window_to: to, spans } = row;
  const storedWindow = from === null || to === null ? null : { from, to };
  return { calendarId, accountId, lastSuccess, errorCode, storedWindow, spans: spans === null ? [] : spans.split(";").map(toSpan) };
}

function toSpan(text: string): BusySpan {
  const kindEnd = text.indexOf(" ");
  const fromEnd = text.indexOf(" ", kindEnd + 1);
  return { kind: text.slice(0, kindEnd) as BusyKind, from: Number(text.slice(kindEnd + 1, fromEnd)), to: Number(text.slice(fromEnd + 1)) };
}
