import { sql, type ExpressionBuilder, type SelectQueryBuilder } from "kysely";
import type { CalendarId, OrganizationId, RemoteKey, Revision, StoredMark, StoredTimingRow, TimeRange } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import type { SqlScope } from "../database/sql-scope.ts";
import type { Database } from "../schema/database.ts";
import { endless, type CalendarObjectTable } from "../schema/object-tables.ts";
import { touches } from "./touches.ts";

type ObjectQuery<O> = SelectQueryBuilder<Database, "calendar_object", O>;

/** What planning asks about the objects stored of a calendar. */
export class ObjectMarks {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
  }

  async revisionsOf(calendarId: CalendarId, keys: readonly RemoteKey[], window: TimeRange): Promise<Map<RemoteKey, Revision>> {
    if (keys.length === 0) return new Map();
    // One query, so that an item cannot slip from one list into the other between two.
    const rows = await this.#database.read((scope) =>
      scope.all(
        this.#objects(scope, calendarId)
          .where("remote_key", "in", scope.flavor.textList(keys))
          .select(["remote_key", "revision", sql<number>`0`.as("quarantined")])
          .select((eb) =>
            // What comes inside the window, and what was seen last by narrower rules.
            eb.case().when(eb.or([eb.and([eb("outside", "=", 1), touches(eb, window)]), eb("pass", "<", this.#rereadFrom(eb, calendarId))]))
              .then(1).else(0).end().as("entering"),
          )
          .unionAll(
            scope.db
              .selectFrom("quarantined_item")
              .where("organization", "=", this.#organization)
              .where("calendar_id", "=", calendarId)
              .where("remote_key", "in", scope.flavor.textList(keys))
              .select(["remote_key", "revision", sql<number>`1`.as("quarantined"), sql<number>`0`.as("entering")]),
          ),
      ),
    );
    const revisions = new Map<RemoteKey, Revision>();
    // The quarantined revision is the one that the provider has now; a good copy beside it is older.
    for (const row of rows.filter((one) => one.quarantined === 0)) revisions.set(row.remote_key, row.revision);
    for (const row of rows.filter((one) => one.quarantined === 1)) revisions.set(row.remote_key, row.revision);
    for (const row of rows.filter((one) => one.entering === 1)) revisions.delete(row.remote_key);
    return revisions;
  }

  async marksOf(calendarId: CalendarId, keys: readonly RemoteKey[]): Promise<StoredMark[]> {
    if (keys.length === 0) return [];
    return this.#database.read(async (scope) =>
      marks(await scope.all(withMark(this.#objects(scope, calendarId).where("remote_key", "in", scope.flavor.textList(keys))))),
    );
  }

  async unseen(calendarId: CalendarId, pass: number, afterKey: RemoteKey | null, limit: number): Promise<StoredMark[]> {
    return this.#database.read(async (scope) => {
      let query = this.#objects(scope, calendarId).where("pass", "<", pass);
      if (afterKey !== null) query = query.where("remote_key", ">", afterKey);
      const found = marks(await scope.all(withMark(query).limit(limit)));
      const last = found.at(-1);
      if (found.length < limit || last === undefined) return found;
      // Paging goes by key, so all objects of the page's last key belong to this page.
      const rest = await scope.all(
        withMark(this.#objects(scope, calendarId).where("pass", "<", pass).where("remote_key", "=", last.remoteKey).where("uid", ">", last.uid)),
      );
      return [...found, ...marks(rest)];
    });
  }

  async countObjects(calendarId: CalendarId, pass: number): Promise<{ all: number; unseen: number }> {
    const row = await this.#database.read((scope) =>
      scope.first(
        this.#objects(scope, calendarId).select([
          sql<number>`count(*)`.as("all"),
          sql<number>`coalesce(sum(case when pass < ${pass} then 1 else 0 end), 0)`.as("unseen"),
        ]),
      ),
    );
    return { all: row?.all ?? 0, unseen: row?.unseen ?? 0 };
  }

  async countEntering(calendarId: CalendarId, window: TimeRange): Promise<number> {
    const row = await this.#database.read((scope) =>
      scope.first(
        this.#objects(scope, calendarId)
          .select(sql<number>`count(*)`.as("entering"))
          .where((eb) => touches(eb, window))
          .where("outside", "=", 1),
      ),
    );
    return row?.entering ?? 0;
  }

  async timings(calendarId: CalendarId, range: TimeRange, after: { remoteKey: RemoteKey; uid: string } | null, limit: number): Promise<StoredTimingRow[]> {
    const rows = await this.#database.read((scope) =>
      scope.all(
        this.#objects(scope, calendarId)
          .select(["remote_key", "uid", "timing"])
          .where((eb) => touches(eb, range))
          .$if(after !== null, (query) => query.where(sql<boolean>`(remote_key, uid) > (${after?.remoteKey}, ${after?.uid})`))
          .orderBy("remote_key")
          .orderBy("uid")
          .limit(limit),
      ),
    );
    return rows.map((row) => ({ remoteKey: row.remote_key, uid: row.uid, timing: row.timing }));
  }

  async timingsOf(calendarId: CalendarId, uids: readonly string[], range: TimeRange): Promise<StoredTimingRow[]> {
    if (uids.length === 0) return [];
    const rows = await this.#database.read((scope) =>
      scope.all(
        this.#objects(scope, calendarId)
          .select(["remote_key", "uid", "timing"])
          .where("uid", "in", scope.flavor.textList(uids))
          .where((eb) => touches(eb, range))
          .orderBy("remote_key")
          .orderBy("uid"),
      ),
    );
    return rows.map((row) => ({ remoteKey: row.remote_key, uid: row.uid, timing: row.timing }));
  }

  async sharedUids(calendarId: CalendarId): Promise<string[]> {
    const rows = await this.#database.read((scope) =>
      scope.all(this.#objects(scope, calendarId).select("uid").groupBy("uid").having(sql<boolean>`count(*) > 1`)),
    );
    return rows.map((row) => row.uid);
  }

  #rereadFrom(eb: ExpressionBuilder<Database, "calendar_object">, calendarId: CalendarId) {
    return eb
      .selectFrom("sync_state")
      .select("sync_state.reread_from")
      .where("sync_state.organization", "=", this.#organization)
      .where("sync_state.calendar_id", "=", calendarId);
  }

  #objects(scope: SqlScope, calendarId: CalendarId): ObjectQuery<object> {
    return scope.db.selectFrom("calendar_object").where("organization", "=", this.#organization).where("calendar_id", "=", calendarId);
  }
}

type MarkRow = Pick<CalendarObjectTable, "remote_key" | "uid" | "revision" | "digest" | "private" | "first_ms" | "last_ms">;

function withMark(query: ObjectQuery<object>): ObjectQuery<MarkRow> {
  return query.select(["remote_key", "uid", "revision", "digest", "private", "first_ms", "last_ms"]).orderBy("remote_key").orderBy("uid");
}

function marks(rows: readonly MarkRow[]): StoredMark[] {
  return rows.map((row) => ({
    remoteKey: row.remote_key,
    uid: row.uid,
    revision: row.revision,
    digest: row.digest,
    private: row.private === 1,
    first: row.first_ms,
    last: row.last_ms === endless ? null : row.last_ms,
  }));
}
