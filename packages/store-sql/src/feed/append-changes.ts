import { KalendsError, type NewChange, type OrganizationId } from "@kalends/model";
import type { SqlScope } from "../database/sql-scope.ts";
import type { SqlValue } from "../database/sql-driver.ts";
import { preparedTexts } from "../database/prepared-texts.ts";

/** Takes `count` numbers of the organization's feed and returns the last one before them. The counter's row stays locked until commit. */
export async function takeSequences(scope: SqlScope, organization: OrganizationId, count: number): Promise<number> {
  const row = await scope.first(
    scope.db
      .updateTable("feed_counter")
      .set((eb) => ({ change_sequence: eb("change_sequence", "+", count) }))
      .where("organization", "=", organization)
      .returning("change_sequence"),
  );
  if (row === undefined) throw new KalendsError("not-found", `There is no organization ${organization}`);
  return Number(row.change_sequence) - count;
}

/** Numbers and writes the changes; returns the last number, or `null` where there was none. */
export async function appendChanges(
  scope: SqlScope,
  organization: OrganizationId,
  changes: readonly NewChange[],
  now: number,
): Promise<number | null> {
  if (changes.length === 0) return null;
  const before = await takeSequences(scope, organization, changes.length);
  const rows = changes.map((change, index): SqlValue[] => [
    organization,
    before + index + 1,
    change.kind,
    change.accountId,
    change.connectionId,
    change.calendarId,
    change.uid,
    change.remoteKey,
    now,
  ]);
  await scope.runMany(preparedTexts(scope).insertChange, rows);
  return before + changes.length;
}
