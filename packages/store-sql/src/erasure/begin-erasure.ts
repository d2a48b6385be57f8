import type { NewErasure, OrganizationId } from "@kalends/model";
import type { SqlScope } from "../database/sql-scope.ts";
import { appendApplicationRecords } from "../feed/append-application-records.ts";
import { appendAudit } from "../feed/append-audit.ts";
import { appendChanges } from "../feed/append-changes.ts";
import { hideAccount } from "../retention/purge-account.ts";

/** A request to be forgotten is accepted, inside the one transaction of `scope`. From its commit on nobody finds the account. */
export async function beginErasure(scope: SqlScope, organization: OrganizationId, erasure: NewErasure): Promise<void> {
  const { id, accountId, actor, now } = erasure;
  const known = await scope.first(scope.db.selectFrom("erasure").select("id").where("organization", "=", organization).where("id", "=", id));
  if (known === undefined) {
    await scope.run(
      scope.db.insertInto("erasure").values({
        organization, id, account_id: accountId, requested_at: now, actor, found: JSON.stringify(erasure.found),
        key_end: null, key_id: null, key_epoch: null, finished_at: null,
      }),
    );
    for (const system of [...new Set(erasure.items)]) {
      await scope.run(scope.db.insertInto("erasure_item").values({ organization, erasure_id: id, system, done_at: null, done_by: null }));
    }
    for (const { connectionId, provider, sealed } of erasure.grants) {
      await scope.run(scope.db.insertInto("erasure_grant").values({ organization, erasure_id: id, connection_id: connectionId, provider, sealed }));
    }
    await tell(scope, organization, accountId, now);
    await appendAudit(scope, organization, { action: "erase", actor, subject: accountId, detail: `erasure ${id} accepted` }, now);
  } else {
    // It came back with an older copy of the database, and goes once more.
    await scope.run(
      scope.db.updateTable("erasure").set({ key_end: null, key_id: null, key_epoch: null, finished_at: null }).where("organization", "=", organization)
        .where("id", "=", id).where("finished_at", "is not", null),
    );
  }
  await hideAccount(scope, organization, accountId, now);
}

/** The host's own feed, and those of applications that ever had a right to the account. */
async function tell(scope: SqlScope, organization: OrganizationId, accountId: string, now: number): Promise<void> {
  const kind = "erasure-requested" as const;
  await appendChanges(scope, organization, [{ kind, accountId, connectionId: "", calendarId: null, uid: null, remoteKey: null }], now);
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
      .where("application.feed", "=", 1),
  );
  const records = rows.map((row) => ({ applicationId: row.application_id, kind, accountId, calendarId: null, uid: null }));
  await appendApplicationRecords(scope, organization, records, now);
}
