import { sql, type AliasedExpression, type ExpressionBuilder } from "kysely";
import type { ReadReach, StoredObject } from "@kalends/model";
import type { Database } from "../schema/database.ts";
import { endless, type CalendarObjectTable } from "../schema/object-tables.ts";

export const plainObjectColumns = [
  "remote_key",
  "uid",
  "revision",
  "digest",
  "first_ms",
  "last_ms",
  "outside",
  "warnings",
  "timing",
  "private",
] as const;

export const storedObjectColumns: readonly [...typeof plainObjectColumns, "title", "content", "description"] = [
  ...plainObjectColumns,
  "title",
  "content",
  "description",
];

export const everything: ReadReach = { titles: true, content: true, descriptions: true, privateEvents: true };

type SealedColumn = "title" | "content" | "description";
type SealedExpression<Name extends SealedColumn> = AliasedExpression<Uint8Array | null, Name>;

/** The sealed columns of what `reach` names; of the rest `null` is selected, so that it never leaves the database. */
export function sealedColumns(
  eb: ExpressionBuilder<Database, "calendar_object">,
  reach: ReadReach,
): readonly [SealedExpression<"title">, SealedExpression<"content">, SealedExpression<"description">] {
  const column = <Name extends SealedColumn>(name: Name, reached: boolean): SealedExpression<Name> => {
    if (!reached) return sql<Uint8Array | null>`null`.as(name);
    if (reach.privateEvents) return eb.ref(name).as(name);
    return sql<Uint8Array | null>`case when private = 0 then ${eb.ref(name)} end`.as(name);
  };
  return [column("title", reach.titles), column("content", reach.content), column("description", reach.descriptions)];
}

export type StoredObjectRow = Pick<CalendarObjectTable, (typeof storedObjectColumns)[number]>;

export function toStoredObject(row: StoredObjectRow): StoredObject {
  return {
    remoteKey: row.remote_key,
    uid: row.uid,
    revision: row.revision,
    digest: row.digest,
    first: row.first_ms,
    last: row.last_ms === endless ? null : row.last_ms,
    timing: row.timing,
    outside: row.outside === 1,
    private: row.private === 1,
    title: row.title,
    content: row.content,
    description: row.description,
    warnings: row.warnings,
  };
}
