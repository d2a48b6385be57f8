import type {
  AppliedBatch, ApplyBatch, BatchAudience, BusySpan, CalendarId, OrganizationId, RemoteKey, Revision, StoredMark, StoredTimingRow, SyncClaim, SyncOutcome,
  SyncStore, TimeRange,
} from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import { lockAccount, tellAudience } from "../feed/tell-audience.ts";
import { applyBatch } from "./apply-batch.ts";
import { CalendarClaims } from "./calendar-claims.ts";
import { ObjectMarks } from "./object-marks.ts";
import { requireClaim } from "./require-claim.ts";
import { spansColumns, writeSpans } from "./write-spans.ts";

export class SqlSyncStore implements SyncStore {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;
  readonly #claims: CalendarClaims;
  readonly #marks: ObjectMarks;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
    this.#claims = new CalendarClaims(database, organization);
    this.#marks = new ObjectMarks(database, organization);
  }

  claim(calendarId: CalendarId, holder: string, now: number, leaseMs: number): Promise<SyncClaim | null> {
    return this.#claims.claim(calendarId, holder, now, leaseMs);
  }

  renew(calendarId: CalendarId, token: number, now: number, leaseMs: number): Promise<void> {
    return this.#claims.renew(calendarId, token, now, leaseMs);
  }

  release(calendarId: CalendarId, token: number, outcome: SyncOutcome | null, now: number): Promise<void> {
    return this.#claims.release(calendarId, token, outcome, now);
  }

  beginPass(calendarId: CalendarId, token: number, options: { forgetCursor: boolean }): Promise<number> {
    return this.#claims.beginPass(calendarId, token, options);
  }

  revisionsOf(calendarId: CalendarId, keys: readonly RemoteKey[], window: TimeRange): Promise<Map<RemoteKey, Revision>> {
    return this.#marks.revisionsOf(calendarId, keys, window);
  }

  marksOf(calendarId: CalendarId, keys: readonly RemoteKey[]): Promise<StoredMark[]> {
    return this.#marks.marksOf(calendarId, keys);
  }

  unseen(calendarId: CalendarId, pass: number, afterKey: RemoteKey | null, limit: number): Promise<StoredMark[]> {
    return this.#marks.unseen(calendarId, pass, afterKey, limit);
  }

  countObjects(calendarId: CalendarId, pass: number): Promise<{ all: number; unseen: number }> {
    return this.#marks.countObjects(calendarId, pass);
  }

  countEntering(calendarId: CalendarId, window: TimeRange): Promise<number> {
    return this.#marks.countEntering(calendarId, window);
  }

  timings(calendarId: CalendarId, range: TimeRange, after: { remoteKey: RemoteKey; uid: string } | null, limit: number): Promise<StoredTimingRow[]> {
    return this.#marks.timings(calendarId, range, after, limit);
  }

  timingsOf(calendarId: CalendarId, uids: readonly string[], range: TimeRange): Promise<StoredTimingRow[]> {
    return this.#marks.timingsOf(calendarId, uids, range);
  }

  sharedUids(calendarId: CalendarId): Promise<string[]> {
    return this.#marks.sharedUids(calendarId);
  }

  async replaceSpans(
    calendarId: CalendarId,
    token: number,
    spans: BusySpan[],
    storedWindow: TimeRange,
    told?: { audience: BatchAudience; now: number },
  ): Promise<void> {
    await this.#database.writeTogether(async (scope) => {
      if (told !== undefined) await lockAccount(scope, this.#organization, told.audience.accountId);
      await requireClaim(scope, this.#organization, calendarId, token);
      if (told !== undefined) await tellAudience(scope, this.#organization, told.audience, new Map([[calendarId, spans]]), told.now);
      await writeSpans(scope, this.#organization, calendarId, spans);
      await scope.run(
        scope.db
          .updateTable("sync_state")
          .set({ window_from: storedWindow.from, window_to: storedWindow.to, ...spansColumns(spans, token) })
          .where("organization", "=", this.#organization)
          .where("calendar_id", "=", calendarId),
      );
    });
  }

  applyBatch(batch: ApplyBatch): Promise<AppliedBatch> {
    return this.#database.writeTogether((scope) => applyBatch(scope, this.#organization, batch));
  }
}
