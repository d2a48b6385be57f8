import { KalendsError, type AccountId, type OrganizationId, type PurgeStep } from "@kalends/model";
import type { SqlScope } from "../database/sql-scope.ts";
import { recordRemovals } from "../feed/record-removals.ts";
import { freshSyncState } from "../schema/object-tables.ts";
import { objectsOf } from "./held-rows.ts";
import { dropRows, heldCondition } from "./rows-of.ts";
import { tableClasses } from "./table-classes.ts";

const derived = ["busy_span", "calendar_object", "quarantined_item", "tombstone"] as const;
/** They point at calendars or connections and hold nothing that outlives them. */
const hanging = ["job", "connect_attempt", "watch_channel"] as const;
const records = ["change_record", "application_record"] as const;

/** The account's rules are still those that the purge was decided on. */
async function requireRules(scope: SqlScope, organization: OrganizationId, accountId: AccountId, rules: number): Promise<void> {
  const row = await scope.lockFirst(
    scope.db.selectFrom("account").select("id").where("organization", "=", organization).where("id", "=", accountId).where("rules", "=", rules),
  );
  if (row === undefined) throw new KalendsError("revision-conflict", `The rules of account ${accountId} were changed meanwhile`);
}

/** Nobody finds the account any more; whoever syncs it right now stores nothing. */
export async function hideAccount(scope: SqlScope, organization: OrganizationId, accountId: AccountId, now: number): Promise<void> {
  const { db } = scope;
  const marked = await scope.run(
    db.updateTable("account").set((eb) => ({ purging_at: now, rules: eb("rules", "+", 1) })).where("organization", "=", organization)
      .where("id", "=", accountId).where("purging_at", "is", null),
  );
  if (marked === 0) return;
  const mine = { organization, account_id: accountId };
  await dropRows(scope, organization, "job", { accountId });
  const calendars = db.selectFrom("calendar").select("id").where("organization", "=", organization).where("account_id", "=", accountId);
  await scope.run(
    db.updateTable("sync_state").set((eb) => ({ token: eb("token", "+", 1), holder: null, lease_until: 0 })).where("organization", "=", organization)
      .where("calendar_id", "in", calendars),
  );
  await scope.run(
    db.updateTable("calendar").set({ removed_at: now }).where("organization", "=", mine.organization).where("account_id", "=", accountId)
      .where("removed_at", "is", null),
  );
  await scope.run(
    db.updateTable("connection").set({ purging_at: now, state: "disconnected" }).where("organization", "=", organization).where("account_id", "=", accountId)
      .where("purging_at", "is", null),
  );
  await scope.run(
    db.updateTable("access_authorization").set({ state: "ended", ended_at: now, end_reason: "the account goes" }).where("organization", "=", organization)
      .where("account_id", "=", accountId).where("state", "=", "active"),
  );
}

export async function beginPurge(scope: SqlScope, organization: OrganizationId, accountId: AccountId, rules: number, now: number): Promise<void> {
  await requireRules(scope, organization, accountId, rules);
  await hideAccount(scope, organization, accountId, now);
}

type Count = (table: string, removed: number) => void;

function counting(): { rows: Record<string, number>; count: Count } {
  const rows: Record<string, number> = {};
  return { rows, count: (table, removed) => void (removed > 0 && (rows[table] = (rows[table] ?? 0) + removed)) };
}

/** The next calendar that holds anything derived from events. */
async function nextFilled(scope: SqlScope, organization: OrganizationId, accountId: AccountId): Promise<string | undefined> {
  for (const table of derived) {
    const condition = heldCondition(scope, organization, table, { accountId });
    const row = condition === null ? undefined : await scope.first(scope.db.selectFrom(table).select("calendar_id").where(condition).limit(1));
    if (row !== undefined) return row.calendar_id;
  }
  return undefined;
}

/** One calendar of an account to which nobody has a right loses its events. */
export async function purgeEvents(scope: SqlScope, organization: OrganizationId, accountId: AccountId, rules: number, now: number): Promise<PurgeStep> {
  await requireRules(scope, organization, accountId, rules);
  const calendar = await nextFilled(scope, organization, accountId);
  const { rows, count } = counting();
  if (calendar === undefined) return { done: true, rows };
  await emptyDerived(scope, organization, calendar, now, count);
  await scope.run(
    scope.db.updateTable("sync_state").set((eb) => ({ ...freshSyncState, token: eb("token", "+", 1) })).where("organization", "=", organization)
      .where("calendar_id", "=", calendar),
  );
  return { done: false, rows };
}

async function emptyDerived(scope: SqlScope, organization: OrganizationId, calendarId: string, now: number | null, count: Count): Promise<void> {
  if (now !== null) await recordRemovals(scope, organization, (eb) => eb("calendar_object.calendar_id", "=", calendarId), now);
  for (const table of derived) {
    count(table, await scope.run(scope.db.deleteFrom(table).where("organization", "=", organization).where("calendar_id", "=", calendarId)));
  }
}

/** One step of the end of an account: a calendar with all that is in it; when none is left, the rest, the account last. */
export async function purgeAccount(
  scope: SqlScope,
  organization: OrganizationId,
  accountId: AccountId,
  options: { records: boolean; now: number },
): Promise<PurgeStep> {
  const { rows, count } = counting();
  const account = await scope.first(
    scope.db.selectFrom("account").select("purging_at").where("organization", "=", organization).where("id", "=", accountId),
  );
  if (account === undefined) return { done: true, rows };
  if (account.purging_at === null) throw new KalendsError("not-found", `No purge of the account ${accountId} was begun`);
  for (const table of hanging) count(table, await dropRows(scope, organization, table, { accountId }));
  if (options.records) for (const table of records) count(table, await dropTold(scope, organization, table, accountId));
  const calendar = await scope.first(
    scope.db.selectFrom("calendar").select("id").where("organization", "=", organization).where("account_id", "=", accountId).orderBy("id").limit(1),
  );
  if (calendar !== undefined) {
    await emptyDerived(scope, organization, calendar.id, options.records ? null : options.now, count);
    count("sync_state", await scope.run(scope.db.deleteFrom("sync_state").where("organization", "=", organization).where("calendar_id", "=", calendar.id)));
    count("calendar", await scope.run(scope.db.deleteFrom("calendar").where("organization", "=", organization).where("id", "=", calendar.id)));
    return { done: false, rows };
  }
  const kept: readonly string[] = records;
  for (const table of Object.keys(tableClasses) as (keyof typeof tableClasses)[]) {
    if (!kept.includes(table)) count(table, await dropRows(scope, organization, table, { accountId }));
  }
  return { done: true, rows };
}

/** Everything that the feeds told of the account but its erasure. */
async function dropTold(scope: SqlScope, organization: OrganizationId, table: (typeof records)[number], accountId: AccountId): Promise<number> {
  return scope.run(
    scope.db.deleteFrom(table).where("organization", "=", organization).where("account_id", "=", accountId).where("kind", "<>", "erasure-requested"),
  );
}

/** One calendar's passed events are cut down to their sync marks. */
export async function forgetPassed(scope: SqlScope, organization: OrganizationId, accountId: AccountId, endedBefore: number, now: number): Promise<PurgeStep> {
  const { rows, count } = counting();
  const found = await scope.first(
    objectsOf(scope, organization, accountId).select("calendar_id").where("last_ms", "<=", endedBefore)
      .where((eb) => eb.or([eb("first_ms", "<>", 0), eb("last_ms", "<>", 0)])).limit(1),
  );
  if (found === undefined) return { done: true, rows };
  const calendarId = found.calendar_id;
  await recordRemovals(scope, organization, (eb) => eb.and([eb("calendar_object.calendar_id", "=", calendarId), eb("last_ms", "<=", endedBefore)]), now);
  count("busy_span", await scope.run(
    scope.db.deleteFrom("busy_span").where("organization", "=", organization).where("calendar_id", "=", calendarId).where("to_ms", "<=", endedBefore),
  ));
  count("calendar_object", await scope.run(
    scope.db
      .updateTable("calendar_object")
      .set({
        outside: 1, digest: "outside", timing: '{"events":[]}', title: null, content: null, description: null, warnings: null, private: 0,
        first_ms: 0, last_ms: 0,
      })
      .where("organization", "=", organization)
      .where("calendar_id", "=", calendarId)
      .where("last_ms", "<=", endedBefore),
  ));
  return { done: false, rows };
}

/** Texts of events go; their times stay. They are read again where a policy allows them again. */
export async function dropContent(scope: SqlScope, organization: OrganizationId, accountId: AccountId): Promise<number> {
  const calendars = scope.db.selectFrom("calendar").select("id").where("organization", "=", organization).where("account_id", "=", accountId);
  return scope.run(
    scope.db
      .updateTable("calendar_object")
      .set({ title: null, content: null, description: null, digest: "" })
      .where("organization", "=", organization)
      .where("calendar_id", "in", calendars)
      .where((eb) => eb.or([eb("title", "is not", null), eb("content", "is not", null), eb("description", "is not", null)])),
  );
}
