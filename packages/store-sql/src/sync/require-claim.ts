import { KalendsError, type CalendarId, type OrganizationId } from "@kalends/model";
import type { SqlScope } from "../database/sql-scope.ts";

export function claimLost(calendarId: CalendarId): KalendsError {
  return new KalendsError("claim-lost", `The claim on calendar ${calendarId} is held by another worker, or was given back`);
}

/** The fencing check: throws `claim-lost` unless `token` is the newest and not given back. It holds until the transaction ends. */
export async function requireClaim(scope: SqlScope, organization: OrganizationId, calendarId: CalendarId, token: number): Promise<void> {
  const row = await scope.lockFirst(
    scope.db
      .selectFrom("sync_state")
      .select("token")
      .where("organization", "=", organization)
      .where("calendar_id", "=", calendarId)
      .where("token", "=", token)
      .where("holder", "is not", null),
  );
  if (row === undefined) throw claimLost(calendarId);
}
