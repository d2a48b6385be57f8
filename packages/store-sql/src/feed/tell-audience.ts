import type { AccountId, BatchAudience, BusyKind, BusySpan, CalendarId, OrganizationId, SpansByCalendar } from "@kalends/model";
import type { SqlScope } from "../database/sql-scope.ts";
import { appendApplicationRecords } from "./append-application-records.ts";

/**
 * Writes what applications with a feed of their own are told about a change, before it replaces busy spans. `replaced` holds the calendars'
 * new spans, or is `null` where the change leaves spans alone.
 */
export async function tellAudience(
  scope: SqlScope,
  organization: OrganizationId,
  audience: BatchAudience,
  replaced: SpansByCalendar | null,
  now: number,
): Promise<void> {
  const records = [...audience.records];
  if (replaced !== null) {
    const before = await accountSpans(scope, organization, audience.accountId);
    records.push(...audience.busyMoved(before, new Map([...before, ...replaced])));
  }
  if (records.length > 0) await appendApplicationRecords(scope, organization, records, now);
}

/**
 * Before what an account's applications are told is worked out: two calendars of one account that change at the same time would each be
 * compared with what the other one was.
 */
export async function lockAccount(scope: SqlScope, organization: OrganizationId, accountId: AccountId): Promise<void> {
  await scope.lockFirst(scope.db.selectFrom("account").select("id").where("organization", "=", organization).where("id", "=", accountId));
}

async function accountSpans(scope: SqlScope, organization: OrganizationId, accountId: AccountId): Promise<Map<CalendarId, BusySpan[]>> {
  const rows = await scope.all(
    scope.db
      .selectFrom("busy_span")
      .innerJoin("calendar", (join) =>
        join.onRef("calendar.organization", "=", "busy_span.organization").onRef("calendar.id", "=", "busy_span.calendar_id"),
      )
      .select(["busy_span.calendar_id", "busy_span.kind", "busy_span.from_ms", "busy_span.to_ms"])
      .where("busy_span.organization", "=", organization)
      .where("calendar.account_id", "=", accountId),
  );
  const spans = new Map<CalendarId, BusySpan[]>();
  for (const row of rows) {
    const span = { kind: row.kind as BusyKind, from: row.from_ms, to: row.to_ms };
    const list = spans.get(row.calendar_id);
    if (list === undefined) spans.set(row.calendar_id, [span]);
    else list.push(span);
  }
  return spans;
}
