import type { BusySpan, CalendarId, OrganizationId } from "@kalends/model";
import { preparedTexts } from "../database/prepared-texts.ts";
import type { SqlValue } from "../database/sql-driver.ts";
import type { SqlScope } from "../database/sql-scope.ts";

/** What the sync state is told of the calendar's spans that are written under this claim. */
export function spansColumns(spans: readonly BusySpan[], token: number): { spans_behind: 0; longest_span: number; longest_span_token: number } {
  return { spans_behind: 0, longest_span: spans.reduce((longest, { from, to }) => Math.max(longest, to - from), 0), longest_span_token: token };
}

/** Replaces the calendar's whole set of merged spans. Only what differs is written: most changes of a calendar move few of its spans. */
export async function writeSpans(
  scope: SqlScope,
  organization: OrganizationId,
  calendarId: CalendarId,
  spans: readonly BusySpan[],
): Promise<void> {
  const rows = await scope.all(
    scope.db.selectFrom("busy_span").select(["to_ms", "from_ms", "kind"]).where("organization", "=", organization).where("calendar_id", "=", calendarId),
  );
  const gone = new Map(rows.map((row) => [nameOf(row.to_ms, row.from_ms, row.kind), row]));
  const added: SqlValue[][] = [];
  for (const span of spans) {
    if (!gone.delete(nameOf(span.to, span.from, span.kind))) added.push([organization, calendarId, span.to, span.from, span.kind]);
  }
  const texts = preparedTexts(scope);
  await scope.runMany(texts.deleteSpan, Array.from(gone.values(), (row): SqlValue[] => [organization, calendarId, row.to_ms, row.from_ms, row.kind]));
  await scope.runMany(texts.insertSpan, added);
}

const nameOf = (to: number, from: number, kind: string): string => `${from}/${to}/${kind}`;
