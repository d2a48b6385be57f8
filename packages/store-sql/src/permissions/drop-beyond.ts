import { sql } from "kysely";
import type { AccountId, KeptDetail, OrganizationId } from "@kalends/model";
import type { SqlScope } from "../database/sql-scope.ts";
import { recordRemovals, type ObjectChoice } from "../feed/record-removals.ts";
import { touches } from "../sync/touches.ts";

/** Where the digest of each sealed column stands inside `digest`, and what stands there when nothing is kept. */
const nothing = "-".repeat(16);
const parts = { title: 17, content: 33, description: 49 } as const;

/** Drops everything of an account's events that may not be kept any more. */
export async function dropBeyond(
  scope: SqlScope,
  organization: OrganizationId,
  accountId: AccountId,
  keep: KeptDetail,
  now: number,
): Promise<void> {
  if (!keep.titles) await dropColumn(scope, organization, accountId, "title", false);
  else if (!keep.privateEvents) await dropColumn(scope, organization, accountId, "title", true);
  if (!keep.content) await dropColumn(scope, organization, accountId, "content", false);
  else if (!keep.privateEvents) await dropColumn(scope, organization, accountId, "content", true);
  if (!keep.descriptions) await dropColumn(scope, organization, accountId, "description", false);
  else if (!keep.privateEvents) await dropColumn(scope, organization, accountId, "description", true);
  await dropOutside(scope, organization, accountId, keep, now);
}

function calendarsOf(scope: SqlScope, organization: OrganizationId, accountId: AccountId) {
  return scope.db.selectFrom("calendar").select("calendar.id").where("calendar.organization", "=", organization).where("calendar.account_id", "=", accountId);
}

async function dropColumn(
  scope: SqlScope,
  organization: OrganizationId,
  accountId: AccountId,
  column: keyof typeof parts,
  onlyPrivate: boolean,
): Promise<void> {
  const at = parts[column];
  await scope.run(
    scope.db
      .updateTable("calendar_object")
      .set({ [column]: null, digest: sql<string>`substr(digest, 1, ${at - 1}) || ${nothing} || substr(digest, ${at + 16})` })
      .where("organization", "=", organization)
      .where("calendar_id", "in", calendarsOf(scope, organization, accountId))
      .where("outside", "=", 0)
      .where(column, "is not", null)
      .$if(onlyPrivate, (query) => query.where("private", "=", 1)),
  );
}

/** Of what lies outside every window only the existence is remembered; busy spans are cut at the window's edges. */
async function dropOutside(scope: SqlScope, organization: OrganizationId, accountId: AccountId, keep: KeptDetail, now: number): Promise<void> {
  const calendars = calendarsOf(scope, organization, accountId);
  const { from, to } = keep.window;
  const beyond: ObjectChoice = (eb) => eb.and([eb("calendar_object.calendar_id", "in", calendars), eb.not(touches(eb, keep.window))]);
  await recordRemovals(scope, organization, beyond, now);
  await scope.run(
    scope.db
      .updateTable("calendar_object")
      .set({ outside: 1, digest: "outside", timing: '{"events":[]}', title: null, content: null, description: null, warnings: null, private: 0 })
      .where("organization", "=", organization)
      .where("outside", "=", 0)
      .where(beyond),
  );
  const spans = scope.db.deleteFrom("busy_span").where("organization", "=", organization).where("calendar_id", "in", calendars);
  await scope.run(spans.where((eb) => eb.or([eb("to_ms", "<=", from), eb("from_ms", ">=", to)])));
  const cut = scope.db.updateTable("busy_span").where("organization", "=", organization).where("calendar_id", "in", calendars);
  await scope.run(cut.set({ from_ms: from }).where("from_ms", "<", from));
  await scope.run(cut.set({ to_ms: to }).where("to_ms", ">", to));
  const states = scope.db.updateTable("sync_state").where("organization", "=", organization).where("calendar_id", "in", calendars);
  await scope.run(states.set({ window_from: from }).where("window_from", "<", from));
  await scope.run(states.set({ window_to: to }).where("window_to", ">", to));
}
