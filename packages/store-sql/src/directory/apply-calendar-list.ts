import { engineActor, KalendsError, type CalendarId, type CalendarListUpdate, type OrganizationId, type RemoteCalendar } from "@kalends/model";
import type { SqlScope } from "../database/sql-scope.ts";
import { appendAudit } from "../feed/append-audit.ts";
import { appendChanges } from "../feed/append-changes.ts";
import { lockAccount, tellAudience } from "../feed/tell-audience.ts";
import { enqueueJobs } from "../jobs/enqueue-jobs.ts";
import { freshSyncState } from "../schema/object-tables.ts";
import { emptyCalendar } from "./empty-calendar.ts";

function remoteColumns(remote: RemoteCalendar) {
  return {
    remote_key: remote.remoteKey,
    name: remote.name,
    color: remote.color,
    time_zone: remote.timeZone,
    read_only: remote.readOnly ? 1 : 0,
    hints: JSON.stringify(remote.hints),
  };
}

/**
 * Everything that reading a calendar list changes, inside the one transaction of `scope`. Removed calendars go first, so that a calendar
 * made anew at the same address does not meet its predecessor; their objects are numbered in the feed before the caller's own changes.
 */
export async function applyCalendarList(scope: SqlScope, organization: OrganizationId, update: CalendarListUpdate): Promise<void> {
  const connection = await scope.lockFirst(
    scope.db
      .selectFrom("connection")
      .select("account_id")
      .where("organization", "=", organization)
      .where("id", "=", update.connectionId),
  );
  if (connection === undefined) throw new KalendsError("not-found", `There is no connection ${update.connectionId}`);
  await lockForSync(scope, organization, update);
  if (update.audience !== undefined) {
    const emptied = update.removed.length === 0 ? null : new Map(update.removed.map((id) => [id, []]));
    await tellAudience(scope, organization, update.audience, emptied, update.now);
  }
  for (const id of update.removed) await removeCalendar(scope, organization, update, id);
  for (const { id, remote } of update.changed) await changeCalendar(scope, organization, update, id, remoteColumns(remote));
  for (const { id, hints } of update.touched) await changeCalendar(scope, organization, update, id, { hints: JSON.stringify(hints) });
  for (const { id, remote } of update.added) await addCalendar(scope, organization, update, { id, remote, accountId: connection.account_id });
  await appendChanges(scope, organization, update.changes, update.now);
  await enqueueJobs(scope, organization, update.jobs);
  const counts = [update.added.length, update.changed.length, update.removed.length];
  if (counts.every((count) => count === 0)) return;
  const detail = `calendar list: ${counts[0]} added, ${counts[1]} changed, ${counts[2]} removed`;
  await appendAudit(scope, organization, { action: "calendar-list", actor: engineActor, subject: update.connectionId, detail }, update.now);
}

/** Whoever syncs one of the calendars right now finishes its batch first, or finds its claim gone. */
async function lockForSync(scope: SqlScope, organization: OrganizationId, update: CalendarListUpdate): Promise<void> {
  if (update.audience !== undefined) await lockAccount(scope, organization, update.audience.accountId);
  if (update.removed.length === 0) return;
  await scope.lockAll(
    scope.db
      .selectFrom("sync_state")
      .select("calendar_id")
      .where("organization", "=", organization)
      .where("calendar_id", "in", scope.flavor.textList(update.removed))
      .orderBy("calendar_id"),
  );
}

async function addCalendar(
  scope: SqlScope,
  organization: OrganizationId,
  update: CalendarListUpdate,
  added: { id: CalendarId; remote: RemoteCalendar; accountId: string },
): Promise<void> {
  const { id, remote, accountId } = added;
  const columns = { connection_id: update.connectionId, account_id: accountId, ...remoteColumns(remote), removed_at: null };
  const written = await scope.run(
    scope.db
      .insertInto("calendar")
      .values({ organization, id, ...columns, created_at: update.now })
      // A calendar that comes back may keep its id; one that is there may not be added twice.
      .onConflict((conflict) =>
        conflict.columns(["organization", "id"]).doUpdateSet(columns).where("calendar.removed_at", "is not", null),
      ),
  );
  if (written === 0) throw new KalendsError("already-exists", `The calendar ${id} is there already`);
  await scope.run(
    scope.db
      .insertInto("sync_state")
      .values({ organization, calendar_id: id, ...freshSyncState })
      .onConflict((conflict) => conflict.columns(["organization", "calendar_id"]).doNothing()),
  );
}

async function changeCalendar(
  scope: SqlScope,
  organization: OrganizationId,
  update: CalendarListUpdate,
  id: CalendarId,
  columns: Partial<ReturnType<typeof remoteColumns>>,
): Promise<void> {
  const changed = await scope.run(
    scope.db
      .updateTable("calendar")
      .set(columns)
      .where("organization", "=", organization)
      .where("id", "=", id)
      .where("connection_id", "=", update.connectionId)
      .where("removed_at", "is", null),
  );
  if (changed === 0) throw new KalendsError("not-found", `There is no calendar ${id} in connection ${update.connectionId}`);
}

async function removeCalendar(scope: SqlScope, organization: OrganizationId, update: CalendarListUpdate, id: CalendarId): Promise<void> {
  const marked = await scope.run(
    scope.db
      .updateTable("calendar")
      .set({ removed_at: update.now })
      .where("organization", "=", organization)
      .where("id", "=", id)
      .where("connection_id", "=", update.connectionId)
      .where("removed_at", "is", null),
  );
  if (marked === 0) throw new KalendsError("not-found", `There is no calendar ${id} in connection ${update.connectionId}`);
  await emptyCalendar(scope, organization, id, update.now);
}
