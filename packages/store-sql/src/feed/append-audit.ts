import { KalendsError, type OrganizationId } from "@kalends/model";
import type { SqlScope } from "../database/sql-scope.ts";

export interface AuditLine {
  /** Id of the calendar or connection that the line is about. */
  subject: string;
  /** Plain words and counts; no event text. An empty line is not written. */
  line: string;
  at: number;
}

/** Adds one numbered line to the organization's append-only audit log. */
export async function appendAudit(scope: SqlScope, organization: OrganizationId, { subject, line, at }: AuditLine): Promise<void> {
  if (line === "") return;
  const row = await scope.first(
    scope.db
      .updateTable("feed_counter")
      .set((eb) => ({ audit_number: eb("audit_number", "+", 1) }))
      .where("organization", "=", organization)
      .returning("audit_number"),
  );
  if (row === undefined) throw new KalendsError("not-found", `There is no organization ${organization}`);
  await scope.run(scope.db.insertInto("audit_record").values({ organization, number: row.audit_number, at, subject, line }));
}
