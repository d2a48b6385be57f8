import type { Kysely } from "kysely";
import type { Database } from "../schema/database.ts";
import { bulkText, takingOver, type BulkColumns } from "./bulk-text.ts";
import type { BulkText } from "./sql-driver.ts";
import type { SqlFlavor } from "./sql-flavor.ts";
import type { SqlScope } from "./sql-scope.ts";

/**
 * The statements of the bulk path: built once for each database, and then run over many rows without building anything. The order of each
 * one's parameters is the order of the columns written here.
 */
export interface PreparedTexts {
  /** organization, calendar, remote key, uid, revision, digest, first, last, outside, pass, warnings, timing, private, title, content, description */
  readonly putObject: BulkText;
  /** removed at, organization, calendar, remote key, uid */
  readonly buryObject: BulkText;
  /** organization, calendar, remote key, uid */
  readonly deleteObject: BulkText;
  /** organization, calendar, remote key, uid */
  readonly deleteTombstone: BulkText;
  /** pass, revision, organization, calendar, remote key */
  readonly markSeen: BulkText;
  /** pass, organization, calendar, remote key */
  readonly markKept: BulkText;
  /** organization, calendar, remote key, revision, code, reason, pass */
  readonly putQuarantined: BulkText;
  /** organization, calendar, remote key */
  readonly deleteQuarantined: BulkText;
  /** pass, organization, calendar, remote key */
  readonly markQuarantined: BulkText;
  /** organization, calendar, to, from, kind */
  readonly insertSpan: BulkText;
  /** organization, calendar, to, from, kind */
  readonly deleteSpan: BulkText;
  /** organization, sequence, kind, account, connection, calendar, uid, remote key, at */
  readonly insertChange: BulkText;
  /** organization, application, sequence, kind, account, calendar, uid, at */
  readonly insertApplicationRecord: BulkText;
  /** organization, kind, subject, run at, attempts, token, head start, lane. One row per job: the caller joins several. */
  readonly enqueueJob: BulkText;
}

const texts = new WeakMap<Kysely<Database>, PreparedTexts>();

export function preparedTexts(scope: Pick<SqlScope, "db" | "flavor">): PreparedTexts {
  const known = texts.get(scope.db);
  if (known !== undefined) return known;
  const built = { ...objectTexts(scope.flavor), ...quarantineTexts(scope.flavor), ...outputTexts(scope.flavor) };
  texts.set(scope.db, built);
  return built;
}

const calendarKey = { organization: "text", calendar_id: "text" } as const;
const itemKey = { ...calendarKey, remote_key: "text" } as const;
const objectKey = { ...itemKey, uid: "text" } as const;
const objectKeyNames = ["organization", "calendar_id", "remote_key", "uid"] as const;

type ObjectTexts = Pick<PreparedTexts, "putObject" | "buryObject" | "deleteObject" | "deleteTombstone" | "markSeen" | "markKept">;

function objectTexts(flavor: SqlFlavor): ObjectTexts {
  const columns: BulkColumns<Database["calendar_object"]> = {
    revision: "text", digest: "text", first_ms: "integer", last_ms: "integer", outside: "integer", pass: "integer", warnings: "text", timing: "text",
    private: "integer", title: "bytes", content: "bytes", description: "bytes",
  };
  const object = (shape: Parameters<typeof bulkText<Database["calendar_object"]>>[2]): BulkText => bulkText(flavor, "calendar_object", shape);
  return {
    putObject: object({
      insert: { ...objectKey, ...columns },
      onConflict: { key: objectKeyNames, update: takingOver(Object.keys(columns)) },
    }),
    buryObject: bulkText<Database["tombstone"]>(flavor, "tombstone", {
      copyFrom: "calendar_object",
      extra: { removed_at: "integer" },
      where: objectKey,
      onConflict: { key: objectKeyNames, update: takingOver(["removed_at"]) },
    }),
    deleteObject: object({ delete: true, where: objectKey }),
    deleteTombstone: bulkText<Database["tombstone"]>(flavor, "tombstone", { delete: true, where: objectKey }),
    markSeen: object({ update: { pass: "integer", revision: "text" }, where: itemKey }),
    markKept: object({ update: { pass: "integer" }, where: itemKey }),
  };
}

function quarantineTexts(flavor: SqlFlavor): Pick<PreparedTexts, "putQuarantined" | "deleteQuarantined" | "markQuarantined"> {
  const columns = { revision: "text", code: "text", reason: "text", pass: "integer" } as const;
  const item = (shape: Parameters<typeof bulkText<Database["quarantined_item"]>>[2]): BulkText => bulkText(flavor, "quarantined_item", shape);
  return {
    putQuarantined: item({
      insert: { ...itemKey, ...columns },
      onConflict: { key: ["organization", "calendar_id", "remote_key"], update: takingOver(Object.keys(columns)) },
    }),
    deleteQuarantined: item({ delete: true, where: itemKey }),
    markQuarantined: item({ update: { pass: "integer" }, where: itemKey }),
  };
}

function outputTexts(flavor: SqlFlavor): Pick<PreparedTexts, "insertSpan" | "deleteSpan" | "insertChange" | "insertApplicationRecord" | "enqueueJob"> {
  const span = { ...calendarKey, to_ms: "integer", from_ms: "integer", kind: "text" } as const;
  return {
    insertSpan: bulkText<Database["busy_span"]>(flavor, "busy_span", { insert: span }),
    deleteSpan: bulkText<Database["busy_span"]>(flavor, "busy_span", { delete: true, where: span }),
    insertChange: bulkText<Database["change_record"]>(flavor, "change_record", {
      insert: {
        organization: "text", sequence: "integer", kind: "text", account_id: "text", connection_id: "text", calendar_id: "text", uid: "text",
        remote_key: "text", at: "integer",
      },
    }),
    insertApplicationRecord: bulkText<Database["application_record"]>(flavor, "application_record", {
      insert: {
        organization: "text", application_id: "text", sequence: "integer", kind: "text", account_id: "text", calendar_id: "text", uid: "text", at: "integer",
      },
    }),
    enqueueJob: bulkText<Database["job"]>(flavor, "job", {
      insert: {
        organization: "text", kind: "text", subject: "text", run_at: "integer", attempts: "integer", token: "integer", head_start: "integer", lane: "text",
      },
      onConflict: {
        key: ["organization", "kind", "subject"],
        // A job that waits moves forward; one that runs is remembered to run again.
        update: `run_at = case when job.lease_until is null and excluded.run_at < job.run_at then excluded.run_at else job.run_at end,
          again_at = case when job.lease_until is null then job.again_at
            when job.again_at is null or excluded.run_at < job.again_at then excluded.run_at else job.again_at end,
          head_start = case when job.lease_until is null and excluded.head_start > job.head_start then excluded.head_start else job.head_start end,
          again_head_start = case when job.lease_until is null then job.again_head_start
            when excluded.head_start > job.again_head_start then excluded.head_start else job.again_head_start end,
          lane = excluded.lane`,
      },
    }),
  };
}
