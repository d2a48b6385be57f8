import { engineActor, KalendsError, type AlertRecord, type NewAlert, type OrganizationId } from "@kalends/model";
import type { SqlScope } from "../database/sql-scope.ts";
import { appendAudit } from "../feed/append-audit.ts";
import { enqueueJobs } from "../jobs/enqueue-jobs.ts";

/** An alert record before it has its number; without `first` it raises an alert. */
type NewRecord = Pick<AlertRecord, "step" | "kind" | "subject" | "detail" | "actor"> & { first?: number };

/** Numbers and writes one alert record, and its audit record. Returns the number. */
export async function appendAlertRecord(scope: SqlScope, organization: OrganizationId, record: NewRecord, at: number): Promise<number> {
  const counter = await scope.first(
    scope.db
      .updateTable("feed_counter")
      .set((eb) => ({ alert_number: eb("alert_number", "+", 1) }))
      .where("organization", "=", organization)
      .returning("alert_number"),
  );
  if (counter === undefined) throw new KalendsError("not-found", `There is no organization ${organization}`);
  const sequence = Number(counter.alert_number);
  const { first = sequence, step, kind, subject, detail, actor } = record;
  await scope.run(scope.db.insertInto("alert_record").values({ organization, sequence, first, step, kind, subject, detail, actor, at }));
  await appendAudit(scope, organization, { action: "alert", actor, subject, detail: `alert ${first} ${step}: ${kind} (${detail})` }, at);
  return sequence;
}

/** Raises an alert inside the transaction of what caused it, unless one of that kind and subject is open. Queues its escalation. */
export async function raiseAlert(scope: SqlScope, organization: OrganizationId, alert: NewAlert, at: number): Promise<number | null> {
  const { kind, subject, detail, escalateAt } = alert;
  const open = await scope.first(
    scope.db
      .selectFrom("alert_record as raised")
      .select("raised.sequence")
      .where("raised.organization", "=", organization)
      .where("raised.kind", "=", kind)
      .where("raised.subject", "=", subject)
      .where("raised.step", "=", "raised")
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom("alert_record as ended")
              .select("ended.sequence")
              .where("ended.organization", "=", organization)
              .whereRef("ended.first", "=", "raised.sequence")
              .where("ended.step", "=", "acknowledged"),
          ),
        ),
      ),
  );
  if (open !== undefined) return null;
  const sequence = await appendAlertRecord(scope, organization, { step: "raised", kind, subject, detail, actor: engineActor }, at);
  await enqueueJobs(scope, organization, [{ kind: "escalate-alert", subject: String(sequence), runAt: escalateAt }]);
  return sequence;
}
