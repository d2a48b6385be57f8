import { KalendsError, type ConnectionId, type OrganizationId, type PurgeStep } from "@kalends/model";
import type { SqlScope } from "../database/sql-scope.ts";
import { recordRemovals } from "../feed/record-removals.ts";
import { dropRows } from "./rows-of.ts";

const hangingOn = ["connect_attempt", "watch_channel"] as const;
const ofCalendar = ["busy_span", "calendar_object", "quarantined_item", "tombstone", "sync_state"] as const;
const ofConnection = ["job", "credential_renewal", "credential", "connection"] as const;

/**
 * One step of the purge of a connection: a calendar with everything in it, or, when none is left, the connection itself. The connection
 * carries its mark until then, so that a purge that broke off is found again.
 */
export async function purgeConnection(scope: SqlScope, organization: OrganizationId, connectionId: ConnectionId, now: number): Promise<PurgeStep> {
  const row = await scope.first(
    scope.db.selectFrom("connection").select("purging_at").where("organization", "=", organization).where("id", "=", connectionId),
  );
  if (row === undefined) return { done: true, rows: {} };
  if (row.purging_at === null) throw new KalendsError("not-found", `No purge of the connection ${connectionId} was begun`);
  const calendar = await scope.first(
    scope.db.selectFrom("calendar").select("id").where("organization", "=", organization).where("connection_id", "=", connectionId).orderBy("id").limit(1),
  );
  const rows: Record<string, number> = {};
  const count = (table: string, removed: number): void => void (removed > 0 && (rows[table] = removed));
  // They point at calendars, and what is said at the provider was said before the purge began.
  for (const table of hangingOn) count(table, await dropRows(scope, organization, table, { connectionId }));
  if (calendar !== undefined) {
    await recordRemovals(scope, organization, (eb) => eb("calendar_object.calendar_id", "=", calendar.id), now);
    for (const table of ofCalendar) {
      count(table, await scope.run(scope.db.deleteFrom(table).where("organization", "=", organization).where("calendar_id", "=", calendar.id)));
    }
    count("calendar", await scope.run(scope.db.deleteFrom("calendar").where("organization", "=", organization).where("id", "=", calendar.id)));
    return { done: false, rows };
  }
  for (const table of ofConnection) count(table, await dropRows(scope, organization, table, { connectionId }));
  return { done: true, rows };
}
