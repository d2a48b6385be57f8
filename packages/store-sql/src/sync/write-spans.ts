import type { BusySpan, CalendarId, OrganizationId } from "@kalends/model";
import { preparedTexts } from "../database/prepared-texts.ts";
import type { SqlScope } from "../database/sql-scope.ts";

/** Replaces the calendar's whole set of merged spans. */
export async function writeSpans(
  scope: SqlScope,
  organization: OrganizationId,
  calendarId: CalendarId,
  spans: readonly BusySpan[],
): Promise<void> {
  await scope.run(scope.db.deleteFrom("busy_span").where("organization", "=", organization).where("calendar_id", "=", calendarId));
  await scope.runMany(
    preparedTexts(scope).insertSpan,
    spans.map((span) => [organization, calendarId, span.to, span.from, span.kind]),
  );
}
