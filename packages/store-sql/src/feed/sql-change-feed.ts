import type { ChangeFeed, ChangeKind, ChangeRecord, OrganizationId } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";

export class SqlChangeFeed implements ChangeFeed {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
  }

  async read(since: number, limit: number): Promise<ChangeRecord[]> {
    const rows = await this.#database.read((scope) =>
      scope.all(
        scope.db
          .selectFrom("change_record")
          .selectAll()
          .where("organization", "=", this.#organization)
          .where("sequence", ">", since)
          .orderBy("sequence")
          .limit(limit),
      ),
    );
    return rows.map((row) => ({
      organizationId: row.organization,
      sequence: row.sequence,
      kind: row.kind as ChangeKind,
      accountId: row.account_id,
      connectionId: row.connection_id,
      calendarId: row.calendar_id,
      uid: row.uid,
      remoteKey: row.remote_key,
      at: row.at,
    }));
  }

  async head(): Promise<number> {
    const row = await this.#database.read((scope) =>
      scope.first(scope.db.selectFrom("feed_counter").select("change_sequence").where("organization", "=", this.#organization)),
    );
    return row?.change_sequence ?? 0;
  }
}
