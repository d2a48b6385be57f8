import { KalendsError, type NewChange, type OrganizationId, type StopConnection } from "@kalends/model";
import type { SqlScope } from "../database/sql-scope.ts";
import { tellApplications } from "../feed/append-application-records.ts";
import { appendAudit } from "../feed/append-audit.ts";
import { appendChanges } from "../feed/append-changes.ts";
import { tellAudience } from "../feed/tell-audience.ts";
import { dropRows } from "./rows-of.ts";

/** The end of a connection, inside the one transaction of `scope`. */
export async function stopConnection(scope: SqlScope, organization: OrganizationId, stop: StopConnection): Promise<boolean> {
  const { connectionId, now } = stop;
  const row = await scope.first(
    scope.db.selectFrom("connection").select(["account_id", "state", "purging_at"]).where("organization", "=", organization).where("id", "=", connectionId),
  );
  if (row === undefined) throw new KalendsError("not-found", `There is no connection ${connectionId}`);
  const moved = row.state !== "disconnected";
  const purging = stop.purge && row.purging_at === null;
  if (!moved && !purging) return false;
  const calendars = await listedCalendars(scope, organization, connectionId);
  if (moved && stop.audience !== undefined) await tellAudience(scope, organization, stop.audience, new Map(calendars.map((id) => [id, []])), now);
  await dropRows(scope, organization, "job", { connectionId });
  await endClaims(scope, organization, connectionId);
  const marks = { ...(moved ? { state: "disconnected", error_code: null, disconnected_at: now } : {}), ...(purging ? { purging_at: now } : {}) };
  await scope.run(scope.db.updateTable("connection").set(marks).where("organization", "=", organization).where("id", "=", connectionId));
  const changes: NewChange[] = [];
  const change = { accountId: row.account_id, connectionId, uid: null, remoteKey: null };
  if (purging) {
    const gone = scope.db.updateTable("calendar").set({ removed_at: now }).where("removed_at", "is", null);
    await scope.run(gone.where("organization", "=", organization).where("connection_id", "=", connectionId));
    changes.push(...calendars.map((calendarId) => ({ ...change, kind: "calendar-removed" as const, calendarId })));
  }
  if (moved) changes.push({ ...change, kind: "connection-changed", calendarId: null });
  await appendChanges(scope, organization, changes, now);
  if (moved) await tellApplications(scope, organization, row.account_id, now);
  const detail = `${row.state} -> disconnected; what is stored ${stop.purge ? "is purged" : "is kept"}`;
  await appendAudit(scope, organization, { action: "disconnect", actor: stop.actor, subject: connectionId, detail }, now);
  return true;
}

async function listedCalendars(scope: SqlScope, organization: OrganizationId, connectionId: string): Promise<string[]> {
  const rows = await scope.all(
    scope.db.selectFrom("calendar").select("id").where("organization", "=", organization).where("connection_id", "=", connectionId)
      .where("removed_at", "is", null).orderBy("id"),
  );
  return rows.map(({ id }) => id);
}

/** Whoever syncs a calendar of it right now stores nothing any more. */
async function endClaims(scope: SqlScope, organization: OrganizationId, connectionId: string): Promise<void> {
  const calendars = scope.db.selectFrom("calendar").select("id").where("organization", "=", organization).where("connection_id", "=", connectionId);
  await scope.run(
    scope.db
      .updateTable("sync_state")
      .set((eb) => ({ token: eb("token", "+", 1), holder: null, lease_until: 0, next_try: null }))
      .where("organization", "=", organization)
      .where("calendar_id", "in", calendars),
  );
}
