import type { Expression, ExpressionBuilder, SqlBool } from "kysely";
import type { TimeRange } from "@kalends/model";
import type { Database } from "../schema/database.ts";

/**
 * The object's stretch touches the half-open range. An object without length is at its instant, so it also touches where the range begins.
 * The plain lower bound comes first because it is what the index on time is read by.
 */
export function touches(eb: ExpressionBuilder<Database, "calendar_object">, range: TimeRange): Expression<SqlBool> {
  return eb.and([
    eb("last_ms", ">=", range.from),
    eb("first_ms", "<", range.to),
    eb.or([eb("last_ms", ">", range.from), eb("first_ms", ">=", range.from)]),
  ]);
}
