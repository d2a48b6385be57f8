import { engineActor, KalendsError, type AlertKind, type AlertLog, type AlertRecord, type NewAlert, type OpenAlert, type OrganizationId } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import type { SqlScope } from "../database/sql-scope.ts";
import type { AlertRecordTable } from "../schema/feed-tables.ts";
import { appendAlertRecord, raiseAlert } from "./append-alert.ts";

export class SqlAlertLog implements AlertLog {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
  }

  raise(alert: NewAlert, at: number): Promise<number | null> {
    return this.#database.write((scope) => raiseAlert(scope, this.#organization, alert, at));
  }

  async acknowledge(first: number, actor: string, at: number): Promise<boolean> {
    return this.#database.write(async (scope) => {
      const records = await this.#story(scope, first);
      if (records.some(({ step }) => step === "acknowledged")) return false;
      await this.#add(scope, records[0] as AlertRecord, "acknowledged", actor, at);
      return true;
    });
  }

  async escalate(first: number, at: number): Promise<boolean> {
    return this.#database.write(async (scope) => {
      const records = await this.#story(scope, first);
      if (records.length > 1) return false;
      await this.#add(scope, records[0] as AlertRecord, "escalated", engineActor, at);
      return true;
    });
  }

  async open(): Promise<OpenAlert[]> {
    const rows = await this.#database.read((scope) =>
      scope.all(
        this.#all(scope)
          .where(({ not, exists, selectFrom }) =>
            not(
              exists(
                selectFrom("alert_record as ended")
                  .select("ended.sequence")
                  .where("ended.organization", "=", this.#organization)
                  .whereRef("ended.first", "=", "alert_record.first")
                  .where("ended.step", "=", "acknowledged"),
              ),
            ),
          ),
      ),
    );
    const escalated = new Map(rows.filter(({ step }) => step === "escalated").map(({ first, at }) => [first, at]));
    return rows
      .filter(({ step }) => step === "raised")
      .map((row) => ({ raised: toAlertRecord(row), escalatedAt: escalated.get(row.sequence) ?? null }));
  }

  async read(since: number, limit: number): Promise<AlertRecord[]> {
    const rows = await this.#database.read((scope) => scope.all(this.#all(scope).where("sequence", ">", since).limit(limit)));
    return rows.map(toAlertRecord);
  }

  #all(scope: SqlScope) {
    return scope.db.selectFrom("alert_record").selectAll().where("organization", "=", this.#organization).orderBy("sequence");
  }

  /** The records of one alert, the one that raised it first. */
  async #story(scope: SqlScope, first: number): Promise<AlertRecord[]> {
    const rows = await scope.all(this.#all(scope).where("first", "=", first));
    if (rows.length === 0) throw new KalendsError("not-found", `There is no alert ${first}`);
    return rows.map(toAlertRecord);
  }

  async #add(scope: SqlScope, raised: AlertRecord, step: AlertRecord["step"], actor: string, at: number): Promise<void> {
    const { first, kind, subject, detail } = raised;
    await appendAlertRecord(scope, this.#organization, { first, step, kind, subject, detail, actor }, at);
  }
}

function toAlertRecord(row: AlertRecordTable): AlertRecord {
  const { organization, kind, step, ...rest } = row;
  return { organizationId: organization, ...rest, kind: kind as AlertKind, step: step as AlertRecord["step"] };
}
