import { sql } from "kysely";
import type { CalendarId, OrganizationId } from "@kalends/model";
import type { SqlScope } from "../database/sql-scope.ts";
import { recordRemovals } from "../feed/record-removals.ts";
import { freshSyncState } from "../schema/object-tables.ts";

/**
 * Drops all that is kept of a calendar. Each object leaves a tombstone and, in key order, an `object-removed` record; the feed never told
 * of those outside every window, so it does not tell of their end either.
 */
export async function emptyCalendar(scope: SqlScope, organization: OrganizationId, calendarId: CalendarId, now: number): Promise<void> {
  // The row stays for its token: should the calendar come back under its id, a worker of its first life is still refused.
  // First, so that a batch of that worker is either applied by now or refused.
  await scope.run(
    scope.db
      .updateTable("sync_state")
      .set((eb) => ({ ...freshSyncState, token: eb("token", "+", 1) }))
      .where("organization", "=", organization)
      .where("calendar_id", "=", calendarId),
  );
  await buryObjects(scope, organization, calendarId, now);
  for (const table of ["calendar_object", "quarantined_item", "busy_span"] as const) {
    await scope.run(scope.db.deleteFrom(table).where("organization", "=", organization).where("calendar_id", "=", calendarId));
  }
  await scope.run(
    scope.db
      .deleteFrom("job")
      .where("organization", "=", organization)
      .where("kind", "in", ["sync-calendar", "roll-window"])
      .where("subject", "=", calendarId),
  );
}

async function buryObjects(scope: SqlScope, organization: OrganizationId, calendarId: CalendarId, now: number): Promise<void> {
  const objects = scope.db
    .selectFrom("calendar_object as object")
    .where("object.organization", "=", organization)
    .where("object.calendar_id", "=", calendarId);
  await scope.run(
    scope.db
      .insertInto("tombstone")
      .columns(["organization", "calendar_id", "remote_key", "uid", "removed_at"])
      .expression(
        objects.select(["object.organization", "object.calendar_id", "object.remote_key", "object.uid", sql<number>`${now}`.as("removed_at")]),
      )
      .onConflict((conflict) =>
        conflict
          .columns(["organization", "calendar_id", "remote_key", "uid"])
          .doUpdateSet((eb) => ({ removed_at: eb.ref("excluded.removed_at") })),
      ),
  );
  await recordRemovals(scope, organization, (eb) => eb("calendar_object.calendar_id", "=", calendarId), now);
}
