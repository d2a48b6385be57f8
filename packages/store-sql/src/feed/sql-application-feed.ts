import type { ApplicationFeed, ApplicationId, ApplicationRecord, ApplicationRecordKind, OrganizationId } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";

export class SqlApplicationFeed implements ApplicationFeed {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
  }

  async read(applicationId: ApplicationId, since: number, limit: number): Promise<ApplicationRecord[]> {
    const rows = await this.#database.read((scope) =>
      scope.all(
        scope.db
          .selectFrom("application_record")
          .select(["sequence", "kind", "account_id", "calendar_id", "uid", "at"])
          .where("organization", "=", this.#organization)
          .where("application_id", "=", applicationId)
          .where("sequence", ">", since)
          .orderBy("sequence")
          .limit(limit),
      ),
    );
    return rows.map((row) => ({
      sequence: row.sequence,
      kind: row.kind as ApplicationRecordKind,
      accountId: row.account_id,
      calendarId: row.calendar_id,
      uid: row.uid,
      at: row.at,
    }));
  }

  async head(applicationId: ApplicationId): Promise<number> {
    const row = await this.#database.read((scope) =>
      scope.first(
        scope.db
          .selectFrom("application_feed_counter")
          .select("sequence")
          .where("organization", "=", this.#organization)
          .where("application_id", "=", applicationId),
      ),
    );
    return row?.sequence ?? 0;
  }
}
