import { sql, type Expression, type ExpressionBuilder, type SqlBool } from "kysely";
import type { OrganizationId } from "@kalends/model";
import type { SqlScope } from "../database/sql-scope.ts";
import type { Database } from "../schema/database.ts";
import { takeSequences } from "./append-changes.ts";

/** Chooses among the visible objects of the organization. */
export type ObjectChoice = (eb: ExpressionBuilder<Database, "calendar_object">) => Expression<SqlBool>;

/** Writes an `object-removed` record for each visible object of the choice, in key order. Call it before the objects go. */
export async function recordRemovals(scope: SqlScope, organization: OrganizationId, choice: ObjectChoice, now: number): Promise<void> {
  const objects = scope.db
    .selectFrom("calendar_object")
    .where("calendar_object.organization", "=", organization)
    .where("calendar_object.outside", "=", 0)
    .where(choice);
  const count = Number((await scope.first(objects.select(sql<number>`count(*)`.as("count"))))?.count ?? 0);
  if (count === 0) return;
  const before = await takeSequences(scope, organization, count);
  await scope.run(
    scope.db
      .insertInto("change_record")
      .columns(["organization", "sequence", "kind", "account_id", "connection_id", "calendar_id", "uid", "remote_key", "at"])
      .expression(
        objects
          .innerJoin("calendar", (join) =>
            join.onRef("calendar.organization", "=", "calendar_object.organization").onRef("calendar.id", "=", "calendar_object.calendar_id"),
          )
          .select([
            "calendar_object.organization",
            sql<number>`${before} + row_number() over (order by calendar_object.calendar_id, calendar_object.remote_key, calendar_object.uid)`.as("sequence"),
            sql<string>`'object-removed'`.as("kind"),
            "calendar.account_id",
            "calendar.connection_id",
            "calendar_object.calendar_id",
            "calendar_object.uid",
            "calendar_object.remote_key",
            sql<number>`${now}`.as("at"),
          ]),
      ),
  );
}
