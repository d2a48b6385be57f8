import { sql, type Kysely } from "kysely";
import type { Database } from "../schema/database.ts";
import type { SqlScope } from "./sql-scope.ts";

/**
 * The statements of the bulk path as texts: built by Kysely once, so that they follow the schema types and the dialect, and then run over
 * many rows without building anything. The order of each text's parameters is the order of the columns written here.
 */
export interface PreparedTexts {
  /** organization, calendar, remote key, uid, revision, digest, first, last, outside, pass, warnings, timing, private, title, content, description */
  readonly putObject: string;
  /** removed at, organization, calendar, remote key, uid */
  readonly buryObject: string;
  /** organization, calendar, remote key, uid */
  readonly deleteObject: string;
  /** organization, calendar, remote key, uid */
  readonly deleteTombstone: string;
  /** pass, revision, organization, calendar, remote key */
  readonly markSeen: string;
  /** pass, organization, calendar, remote key */
  readonly markKept: string;
  /** organization, calendar, remote key, revision, code, reason, pass */
  readonly putQuarantined: string;
  /** organization, calendar, remote key */
  readonly deleteQuarantined: string;
  /** pass, organization, calendar, remote key */
  readonly markQuarantined: string;
  /** organization, calendar, to, from, kind */
  readonly insertSpan: string;
  /** organization, sequence, kind, account, connection, calendar, uid, remote key, at */
  readonly insertChange: string;
  /** organization, application, sequence, kind, account, calendar, uid, at */
  readonly insertApplicationRecord: string;
  /** organization, kind, subject, run at */
  readonly enqueueJob: string;
}

const texts = new WeakMap<Kysely<Database>, PreparedTexts>();

export function preparedTexts(scope: Pick<SqlScope, "db">): PreparedTexts {
  const known = texts.get(scope.db);
  if (known !== undefined) return known;
  const built = { ...objectTexts(scope.db), ...quarantineTexts(scope.db), ...outputTexts(scope.db) };
  texts.set(scope.db, built);
  return built;
}

type ObjectTexts = Pick<PreparedTexts, "putObject" | "buryObject" | "deleteObject" | "deleteTombstone" | "markSeen" | "markKept">;

function objectTexts(db: Kysely<Database>): ObjectTexts {
  const calendar = { organization: "", calendar_id: "" };
  const put = db
    .insertInto("calendar_object")
    .values({
      ...calendar, remote_key: "", uid: "", revision: "", digest: "", first_ms: 0, last_ms: 0, outside: 0, pass: 0, warnings: "", timing: "",
      private: 0, title: new Uint8Array(), content: new Uint8Array(), description: new Uint8Array(),
    })
    .onConflict((conflict) =>
      conflict.columns(["organization", "calendar_id", "remote_key", "uid"]).doUpdateSet((eb) => ({
        revision: eb.ref("excluded.revision"),
        digest: eb.ref("excluded.digest"),
        first_ms: eb.ref("excluded.first_ms"),
        last_ms: eb.ref("excluded.last_ms"),
        outside: eb.ref("excluded.outside"),
        pass: eb.ref("excluded.pass"),
        warnings: eb.ref("excluded.warnings"),
        timing: eb.ref("excluded.timing"),
        private: eb.ref("excluded.private"),
        title: eb.ref("excluded.title"),
        content: eb.ref("excluded.content"),
        description: eb.ref("excluded.description"),
      })),
    );
  const bury = db
    .insertInto("tombstone")
    .columns(["organization", "calendar_id", "remote_key", "uid", "removed_at"])
    .expression((eb) =>
      eb
        .selectFrom("calendar_object")
        .select(["organization", "calendar_id", "remote_key", "uid", sql<number>`${0}`.as("removed_at")])
        .where("organization", "=", "")
        .where("calendar_id", "=", "")
        .where("remote_key", "=", "")
        .where("uid", "=", ""),
    )
    .onConflict((conflict) =>
      conflict
        .columns(["organization", "calendar_id", "remote_key", "uid"])
        .doUpdateSet((eb) => ({ removed_at: eb.ref("excluded.removed_at") })),
    );
  const object = db.deleteFrom("calendar_object").where("organization", "=", "").where("calendar_id", "=", "").where("remote_key", "=", "");
  const tombstone = db.deleteFrom("tombstone").where("organization", "=", "").where("calendar_id", "=", "").where("remote_key", "=", "");
  const mark = db.updateTable("calendar_object");
  const seen = mark.set({ pass: 0, revision: "" }).where("organization", "=", "").where("calendar_id", "=", "").where("remote_key", "=", "");
  const kept = mark.set({ pass: 0 }).where("organization", "=", "").where("calendar_id", "=", "").where("remote_key", "=", "");
  return {
    putObject: put.compile().sql,
    buryObject: bury.compile().sql,
    deleteObject: object.where("uid", "=", "").compile().sql,
    deleteTombstone: tombstone.where("uid", "=", "").compile().sql,
    markSeen: seen.compile().sql,
    markKept: kept.compile().sql,
  };
}

function quarantineTexts(db: Kysely<Database>): Pick<PreparedTexts, "putQuarantined" | "deleteQuarantined" | "markQuarantined"> {
  const put = db
    .insertInto("quarantined_item")
    .values({ organization: "", calendar_id: "", remote_key: "", revision: "", code: "", reason: "", pass: 0 })
    .onConflict((conflict) =>
      conflict.columns(["organization", "calendar_id", "remote_key"]).doUpdateSet((eb) => ({
        revision: eb.ref("excluded.revision"),
        code: eb.ref("excluded.code"),
        reason: eb.ref("excluded.reason"),
        pass: eb.ref("excluded.pass"),
      })),
    );
  const remove = db.deleteFrom("quarantined_item").where("organization", "=", "").where("calendar_id", "=", "");
  const mark = db.updateTable("quarantined_item").set({ pass: 0 }).where("organization", "=", "").where("calendar_id", "=", "");
  return {
    putQuarantined: put.compile().sql,
    deleteQuarantined: remove.where("remote_key", "=", "").compile().sql,
    markQuarantined: mark.where("remote_key", "=", "").compile().sql,
  };
}

function outputTexts(db: Kysely<Database>): Pick<PreparedTexts, "insertSpan" | "insertChange" | "insertApplicationRecord" | "enqueueJob"> {
  const span = db.insertInto("busy_span").values({ organization: "", calendar_id: "", to_ms: 0, from_ms: 0, kind: "" });
  const change = db.insertInto("change_record").values({
    organization: "", sequence: 0, kind: "", account_id: "", connection_id: "", calendar_id: "", uid: "", remote_key: "", at: 0,
  });
  const record = db.insertInto("application_record").values({
    organization: "", application_id: "", sequence: 0, kind: "", account_id: "", calendar_id: "", uid: "", at: 0,
  });
  const job = db
    .insertInto("job")
    .values({
      organization: "", kind: "", subject: "", run_at: 0,
      again_at: sql`null`, attempts: sql`0`, token: sql`0`, holder: sql`null`, lease_until: sql`null`,
    })
    .onConflict((conflict) =>
      conflict.columns(["organization", "kind", "subject"]).doUpdateSet({
        // A job that waits moves forward; one that runs is remembered to run again.
        run_at: sql`case when job.lease_until is null and excluded.run_at < job.run_at then excluded.run_at else job.run_at end`,
        again_at: sql`case when job.lease_until is null then null
          when job.again_at is null or excluded.run_at < job.again_at then excluded.run_at else job.again_at end`,
      }),
    );
  const insertApplicationRecord = record.compile().sql;
  return { insertSpan: span.compile().sql, insertChange: change.compile().sql, insertApplicationRecord, enqueueJob: job.compile().sql };
}
