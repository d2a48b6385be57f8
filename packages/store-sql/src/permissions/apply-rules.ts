import { KalendsError, type AccountRulesUpdate, type OrganizationId, type RulesUpdate } from "@kalends/model";
import type { SqlScope } from "../database/sql-scope.ts";
import { putApplicationRow } from "../directory/application-rows.ts";
import { putAuthorizationRow } from "../directory/authorization-rows.ts";
import { emptyCalendar } from "../directory/empty-calendar.ts";
import { appendApplicationRecords } from "../feed/append-application-records.ts";
import { enqueueJobs } from "../jobs/enqueue-jobs.ts";
import { appendAudit } from "../feed/append-audit.ts";
import { dropBeyond } from "./drop-beyond.ts";

/** A change of who may see what and all that it drops, inside the one transaction of `scope`. */
export async function applyRules(scope: SqlScope, organization: OrganizationId, update: RulesUpdate): Promise<void> {
  if (update.application !== null) await putApplicationRow(scope, organization, update.application);
  for (const authorization of update.authorizations) await putAuthorizationRow(scope, organization, authorization);
  for (const account of update.accounts) await applyAccountRules(scope, organization, account, update.now);
  for (const { applicationId, accountId } of update.forget) {
    await scope.run(
      scope.db
        .deleteFrom("application_record")
        .where("organization", "=", organization)
        .where("application_id", "=", applicationId)
        .where("account_id", "=", accountId),
    );
  }
  await appendApplicationRecords(scope, organization, update.records, update.now);
  for (const entry of update.audit) await appendAudit(scope, organization, entry, update.now);
}

async function applyAccountRules(scope: SqlScope, organization: OrganizationId, update: AccountRulesUpdate, now: number): Promise<void> {
  const moved = await scope.run(
    scope.db
      .updateTable("account")
      .set((eb) => ({ rules: eb("rules", "+", 1) }))
      .where("organization", "=", organization)
      .where("id", "=", update.accountId)
      .where("rules", "=", update.expected),
  );
  if (moved === 0) throw new KalendsError("revision-conflict", `The rules of account ${update.accountId} were changed meanwhile`);
  await endClaims(scope, organization, update);
  for (const calendarId of update.empty) await emptyCalendar(scope, organization, calendarId, now);
  if (update.keep !== null) await dropBeyond(scope, organization, update.accountId, update.keep, now);
  await enqueueJobs(scope, organization, update.jobs);
}

/** Whoever is reading a calendar of the account right now reads by the old rules, so its claim ends. */
async function endClaims(scope: SqlScope, organization: OrganizationId, update: AccountRulesUpdate): Promise<void> {
  const calendars = scope.db.selectFrom("calendar").select("id").where("organization", "=", organization).where("account_id", "=", update.accountId);
  await scope.run(
    scope.db
      .updateTable("sync_state")
      .set((eb) => ({
        token: eb("token", "+", 1),
        holder: null,
        lease_until: 0,
        ...(update.reread ? { reread_from: eb("pass", "+", 1) } : {}),
      }))
      .where("organization", "=", organization)
      .where("calendar_id", "in", calendars),
  );
}
