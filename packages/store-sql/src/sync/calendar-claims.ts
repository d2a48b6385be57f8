import { sql } from "kysely";
import { KalendsError, type CalendarId, type OrganizationId, type SyncClaim, type SyncOutcome } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import type { SqlScope } from "../database/sql-scope.ts";
import { claimLost } from "./require-claim.ts";

/** This version writes the length of the longest span with the spans, so its claims carry on what is known of it. */
const carriedOn = sql<number | null>`case when longest_span_token = token then token + 1 else longest_span_token end`;

/** Who may sync a calendar: one holder at a time, each claim with a higher token. */
export class CalendarClaims {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
  }

  async claim(calendarId: CalendarId, holder: string, now: number, leaseMs: number): Promise<SyncClaim | null> {
    return this.#database.writeTogether(async (scope) => {
      const row = await scope.first(
        this.#stateOf(scope, calendarId)
          .set((eb) => ({ token: eb("token", "+", 1), holder, lease_until: now + leaseMs, longest_span_token: carriedOn }))
          .where((eb) => eb.or([eb("holder", "is", null), eb("lease_until", "<=", now), eb("holder", "=", holder)]))
          .where("calendar_id", "in", this.#present(scope, calendarId))
          .returningAll(),
      );
      if (row === undefined) {
        await this.#requireCalendar(scope, calendarId);
        return null;
      }
      return {
        calendarId,
        token: row.token,
        cursor: row.cursor,
        pass: row.pass,
        storedWindow: row.window_from === null || row.window_to === null ? null : { from: row.window_from, to: row.window_to },
        spansBehind: row.spans_behind === 1,
        refusedRemovals: row.refused_removals === null || row.refused_pass === null ? null : { removals: row.refused_removals, pass: row.refused_pass },
        rulesBehind: row.reread_from > 0,
        failures: row.failures,
        lastSuccess: row.last_success,
        lastSnapshot: row.last_snapshot,
        lastChange: row.last_change,
      };
    });
  }

  async renew(calendarId: CalendarId, token: number, now: number, leaseMs: number): Promise<void> {
    await this.#database.writeTogether(async (scope) => {
      const changed = await scope.run(this.#heldBy(scope, calendarId, token).set({ lease_until: now + leaseMs }));
      if (changed === 0) throw claimLost(calendarId);
    });
  }

  async release(calendarId: CalendarId, token: number, outcome: SyncOutcome | null, now: number): Promise<void> {
    const told =
      outcome === null
        ? {}
        : {
            failures: outcome.ok ? 0 : sql<number>`failures + 1`,
            error_code: outcome.errorCode,
            next_try: outcome.nextTry,
            ...(outcome.changed === true ? { last_change: now } : {}),
            ...(outcome.cadence === undefined ? {} : { cadence: outcome.cadence }),
          };
    await this.#database.writeTogether((scope) => scope.run(this.#heldBy(scope, calendarId, token).set({ holder: null, lease_until: 0, ...told })));
  }

  async beginPass(calendarId: CalendarId, token: number, options: { forgetCursor: boolean }): Promise<number> {
    return this.#database.writeTogether(async (scope) => {
      const row = await scope.first(
        this.#heldBy(scope, calendarId, token)
          .set((eb) => ({ pass: eb("pass", "+", 1), ...(options.forgetCursor ? { cursor: null } : {}) }))
          .returning("pass"),
      );
      if (row === undefined) throw claimLost(calendarId);
      return row.pass;
    });
  }

  #stateOf(scope: SqlScope, calendarId: CalendarId) {
    return scope.db.updateTable("sync_state").where("organization", "=", this.#organization).where("calendar_id", "=", calendarId);
  }

  #present(scope: SqlScope, calendarId: CalendarId) {
    return scope.db
      .selectFrom("calendar")
      .select("id")
      .where("organization", "=", this.#organization)
      .where("id", "=", calendarId)
      .where("removed_at", "is", null);
  }

  #heldBy(scope: SqlScope, calendarId: CalendarId, token: number) {
    return this.#stateOf(scope, calendarId).where("token", "=", token).where("holder", "is not", null);
  }

  async #requireCalendar(scope: SqlScope, calendarId: CalendarId): Promise<void> {
    const calendar = await scope.first(
      scope.db.selectFrom("calendar").select("removed_at").where("organization", "=", this.#organization).where("id", "=", calendarId),
    );
    if (calendar === undefined) throw new KalendsError("not-found", `There is no calendar ${calendarId}`);
    if (calendar.removed_at !== null) throw new KalendsError("calendar-gone", `The calendar ${calendarId} is gone at the provider`);
  }
}
