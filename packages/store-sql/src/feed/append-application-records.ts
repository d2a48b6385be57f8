import { sql } from "kysely";
import type { AccountId, ApplicationId, NewApplicationRecord, OrganizationId } from "@kalends/model";
import type { SqlValue } from "../database/sql-driver.ts";
import { preparedTexts } from "../database/prepared-texts.ts";
import type { SqlScope } from "../database/sql-scope.ts";

/** Numbers the records in their applications' feeds and writes them. The counters' rows stay locked until commit. */
export async function appendApplicationRecords(
  scope: SqlScope,
  organization: OrganizationId,
  records: readonly NewApplicationRecord[],
  now: number,
): Promise<void> {
  const byApplication = new Map<ApplicationId, NewApplicationRecord[]>();
  for (const record of records) {
    const list = byApplication.get(record.applicationId);
    if (list === undefined) byApplication.set(record.applicationId, [record]);
    else list.push(record);
  }
  // In one order, so that two transactions never wait for each other.
  for (const applicationId of [...byApplication.keys()].sort()) {
    const list = byApplication.get(applicationId) ?? [];
    const before = await takeNumbers(scope, organization, applicationId, list.length);
    const rows = list.map(({ kind, accountId, calendarId, uid }, index): SqlValue[] => [
      organization, applicationId, before + index + 1, kind, accountId, calendarId, uid, now,
    ]);
    await scope.runMany(preparedTexts(scope).insertApplicationRecord, rows);
  }
}

async function takeNumbers(scope: SqlScope, organization: OrganizationId, applicationId: ApplicationId, count: number): Promise<number> {
  const row = await scope.first(
    scope.db
      .insertInto("application_feed_counter")
      .values({ organization, application_id: applicationId, sequence: count })
      .onConflict((conflict) =>
        conflict.columns(["organization", "application_id"]).doUpdateSet({ sequence: sql<number>`application_feed_counter.sequence + excluded.sequence` }),
      )
      .returning("sequence"),
  );
  return Number(row?.sequence) - count;
}

/** Tells every application with a feed and an active authorization that a connection of the account works again, or does not any more. */
export async function tellApplications(scope: SqlScope, organization: OrganizationId, accountId: AccountId, now: number): Promise<void> {
  const rows = await scope.all(
    scope.db
      .selectFrom("access_authorization as granted")
      .innerJoin("application", (join) =>
        join.onRef("application.organization", "=", "granted.organization").onRef("application.id", "=", "granted.application_id"),
      )
      .select("granted.application_id")
      .distinct()
      .where("granted.organization", "=", organization)
      .where("granted.account_id", "=", accountId)
      .where("granted.state", "=", "active")
      .where("application.feed", "=", 1),
  );
  const records = rows.map((row) => ({ applicationId: row.application_id, kind: "account-changed" as const, accountId, calendarId: null, uid: null }));
  await appendApplicationRecords(scope, organization, records, now);
}
