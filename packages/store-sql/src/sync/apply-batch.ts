import { sql } from "kysely";
import { engineActor, type AppliedBatch, type ApplyBatch, type OrganizationId } from "@kalends/model";
import type { SqlValue } from "../database/sql-driver.ts";
import { preparedTexts } from "../database/prepared-texts.ts";
import { together } from "../database/together.ts";
import type { SqlScope } from "../database/sql-scope.ts";
import { appendAudit } from "../feed/append-audit.ts";
import { appendChanges } from "../feed/append-changes.ts";
import { lockAccount, tellAudience } from "../feed/tell-audience.ts";
import { enqueueJobs } from "../jobs/enqueue-jobs.ts";
import { endless } from "../schema/object-tables.ts";
import { applyQuarantine, listedRevisions } from "./apply-quarantine.ts";
import { requireClaim } from "./require-claim.ts";
import { spansColumns, writeSpans } from "./write-spans.ts";

/** Step 7 of the sync line, inside the one transaction of `scope`: everything that a page changes. */
export async function applyBatch(scope: SqlScope, organization: OrganizationId, batch: ApplyBatch): Promise<AppliedBatch> {
  if (batch.audience !== undefined) await lockAccount(scope, organization, batch.audience.accountId);
  const [, listed] = await together([
    requireClaim(scope, organization, batch.calendarId, batch.token),
    listedRevisions(scope, organization, batch.calendarId),
  ]);
  await writeObjects(scope, organization, batch);
  await applyQuarantine(scope, organization, batch, listed);
  // Before the spans are replaced: what they were is asked.
  if (batch.audience !== undefined) {
    const replaced = batch.busySpans === null ? null : new Map([[batch.calendarId, batch.busySpans]]);
    await tellAudience(scope, organization, batch.audience, replaced, batch.now);
  }
  if (batch.busySpans !== null) await writeSpans(scope, organization, batch.calendarId, batch.busySpans);
  const lastSequence = await appendChanges(scope, organization, batch.changes, batch.now);
  await enqueueJobs(scope, organization, batch.jobs);
  const entry = { action: "sync" as const, actor: engineActor, subject: batch.calendarId, detail: batch.audit };
  await together([moveState(scope, organization, batch), appendAudit(scope, organization, entry, batch.now)]);
  return { lastSequence };
}

async function writeObjects(scope: SqlScope, organization: OrganizationId, batch: ApplyBatch): Promise<void> {
  const { calendarId, pass } = batch;
  const texts = preparedTexts(scope);
  await scope.runMany(
    texts.buryObject,
    batch.removes.map(({ remoteKey, uid }) => [batch.now, organization, calendarId, remoteKey, uid]),
  );
  await scope.runMany(
    texts.deleteObject,
    batch.removes.map(({ remoteKey, uid }) => [organization, calendarId, remoteKey, uid]),
  );
  await scope.runMany(
    texts.putObject,
    batch.puts.map((put): SqlValue[] => [
      organization,
      calendarId,
      put.remoteKey,
      put.uid,
      put.revision,
      put.digest,
      put.first,
      put.last ?? endless,
      put.outside ? 1 : 0,
      pass,
      put.warnings,
      put.timing,
      put.private ? 1 : 0,
      put.title,
      put.content,
      put.description,
    ]),
  );
  if (batch.puts.length > 0 && (await hasTombstones(scope, organization, calendarId))) {
    await scope.runMany(
      texts.deleteTombstone,
      batch.puts.map(({ remoteKey, uid }) => [organization, calendarId, remoteKey, uid]),
    );
  }
  await scope.runMany(
    texts.markSeen,
    batch.seen.map(({ remoteKey, revision }) => [pass, revision, organization, calendarId, remoteKey]),
  );
}

async function hasTombstones(scope: SqlScope, organization: OrganizationId, calendarId: string): Promise<boolean> {
  const query = scope.db.selectFrom("tombstone").select("uid").where("organization", "=", organization).where("calendar_id", "=", calendarId);
  return (await scope.first(query.limit(1))) !== undefined;
}

async function moveState(scope: SqlScope, organization: OrganizationId, batch: ApplyBatch): Promise<void> {
  const { completed } = batch;
  const objectsChanged = batch.puts.length > 0 || batch.removes.length > 0;
  await scope.run(
    scope.db
      .updateTable("sync_state")
      .set({
        refused_removals: batch.refusedRemovals?.removals ?? null,
        refused_pass: batch.refusedRemovals?.pass ?? null,
        // Here and not when the run ends: the worker may die before that, and what the next one finds is no change any more.
        ...(batch.changes.length > 0 ? { last_change: batch.now } : {}),
        ...(batch.busySpans !== null ? spansColumns(batch.busySpans, batch.token) : objectsChanged ? { spans_behind: 1 } : {}),
        ...(completed === null
          ? {}
          : {
              cursor: completed.cursor,
              window_from: completed.storedWindow.from,
              window_to: completed.storedWindow.to,
              last_success: batch.now,
              ...(completed.pass === "snapshot"
                ? { last_snapshot: batch.now, reread_from: sql<number>`case when reread_from <= ${batch.pass} then 0 else reread_from end` }
                : {}),
            }),
      })
      .where("organization", "=", organization)
      .where("calendar_id", "=", batch.calendarId),
  );
  if (completed === null || completed.hints === null) return;
  await scope.run(
    scope.db
      .updateTable("calendar")
      .set({ hints: JSON.stringify(completed.hints) })
      .where("organization", "=", organization)
      .where("id", "=", batch.calendarId),
  );
}
