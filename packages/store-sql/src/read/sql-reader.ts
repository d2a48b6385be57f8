import { sql } from "kysely";
import type {
  AccountId, BusyKind, BusySpan, CalendarId, OrganizationId, PollCadence, QuarantinedItem, Reader, ReadReach, StoredAvailability, StoredObject, SyncState,
  TimeRange,
} from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import { readAvailability } from "./read-availability.ts";
import { touches } from "../sync/touches.ts";
import { everything, plainObjectColumns, sealedColumns, storedObjectColumns, toStoredObject } from "./stored-object.ts";

export class SqlReader implements Reader {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
  }

  availability(accountIds: readonly AccountId[], calendarIds: readonly CalendarId[], range: TimeRange): Promise<StoredAvailability> {
    return this.#database.read((scope) => readAvailability(scope, this.#organization, { accountIds, calendarIds, range }));
  }

  async busySpans(calendarIds: readonly CalendarId[], range: TimeRange): Promise<Map<CalendarId, BusySpan[]>> {
    const spans = new Map<CalendarId, BusySpan[]>(calendarIds.map((id) => [id, []]));
    const rows = await this.#database.read((scope) =>
      scope.all(
        scope.db
          .selectFrom("busy_span")
          .select(["calendar_id", "kind", "from_ms", "to_ms"])
          .where("organization", "=", this.#organization)
          .where("calendar_id", "in", scope.flavor.textList(calendarIds))
          .where("to_ms", ">", range.from)
          .where("from_ms", "<", range.to)
          .orderBy("calendar_id")
          .orderBy("from_ms")
          .orderBy("to_ms")
          .orderBy("kind"),
      ),
    );
    for (const row of rows) spans.get(row.calendar_id)?.push({ kind: row.kind as BusyKind, from: row.from_ms, to: row.to_ms });
    return spans;
  }

  async objects(
    calendarId: CalendarId,
    range: TimeRange | null,
    after: { remoteKey: string; uid: string } | null,
    limit: number,
    reach: ReadReach = everything,
  ): Promise<StoredObject[]> {
    const rows = await this.#database.read((scope) =>
      scope.all(
        scope.db
          .selectFrom("calendar_object")
          .select(plainObjectColumns)
          .select((eb) => sealedColumns(eb, reach))
          .where("organization", "=", this.#organization)
          .where("calendar_id", "=", calendarId)
          .$if(range !== null, (query) => query.where((eb) => touches(eb, range as TimeRange)))
          .$if(after !== null, (query) => query.where(sql<boolean>`(remote_key, uid) > (${after?.remoteKey}, ${after?.uid})`))
          .orderBy("remote_key")
          .orderBy("uid")
          .limit(limit),
      ),
    );
    return rows.map(toStoredObject);
  }

  async findObject(calendarId: CalendarId, remoteKey: string, uid: string): Promise<StoredObject | null> {
    const row = await this.#database.read((scope) =>
      scope.first(
        scope.db
          .selectFrom("calendar_object")
          .select(storedObjectColumns)
          .where("organization", "=", this.#organization)
          .where("calendar_id", "=", calendarId)
          .where("remote_key", "=", remoteKey)
          .where("uid", "=", uid),
      ),
    );
    return row === undefined ? null : toStoredObject(row);
  }

  async syncStates(calendarIds: readonly CalendarId[], now: number): Promise<Map<CalendarId, SyncState>> {
    const rows = await this.#database.read((scope) => {
      const db = scope.db;
      return scope.all(
        db
          .selectFrom("sync_state as state")
          .innerJoin("calendar", (join) =>
            join.onRef("calendar.organization", "=", "state.organization").onRef("calendar.id", "=", "state.calendar_id"),
          )
          .selectAll("state")
          .select((eb) => [
            eb.selectFrom("calendar_object as object").select(sql<number>`count(*)`.as("n"))
              .whereRef("object.organization", "=", "state.organization").whereRef("object.calendar_id", "=", "state.calendar_id").as("objects"),
            eb.selectFrom("calendar_object as warned").select(sql<number>`count(*)`.as("n")).where("warned.warnings", "is not", null)
              .whereRef("warned.organization", "=", "state.organization").whereRef("warned.calendar_id", "=", "state.calendar_id").as("warned"),
            eb.selectFrom("quarantined_item as item").select(sql<number>`count(*)`.as("n"))
              .whereRef("item.organization", "=", "state.organization").whereRef("item.calendar_id", "=", "state.calendar_id").as("quarantined"),
          ])
          .where("calendar.removed_at", "is", null)
          .where("state.organization", "=", this.#organization)
          .where("state.calendar_id", "in", scope.flavor.textList(calendarIds)),
      );
    });
    const states = rows.map((row): [CalendarId, SyncState] => [
      row.calendar_id,
      {
        calendarId: row.calendar_id,
        syncing: row.holder !== null && row.lease_until > now,
        lastSuccess: row.last_success,
        failures: row.failures,
        errorCode: row.error_code,
        nextTry: row.next_try,
        storedWindow: row.window_from === null || row.window_to === null ? null : { from: row.window_from, to: row.window_to },
        spansBehind: row.spans_behind === 1,
        cadence: row.cadence as PollCadence | null,
        objects: row.objects ?? 0,
        quarantined: row.quarantined ?? 0,
        warnings: row.warned ?? 0,
      },
    ]);
    return new Map(states);
  }

  async quarantined(calendarId: CalendarId, limit: number): Promise<QuarantinedItem[]> {
    const rows = await this.#database.read((scope) =>
      scope.all(
        scope.db
          .selectFrom("quarantined_item")
          .select(["remote_key", "revision", "code", "reason"])
          .where("organization", "=", this.#organization)
          .where("calendar_id", "=", calendarId)
          .orderBy("remote_key")
          .limit(limit),
      ),
    );
    return rows.map((row) => ({ remoteKey: row.remote_key, revision: row.revision, code: row.code, reason: row.reason }));
  }
}
