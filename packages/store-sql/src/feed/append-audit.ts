import { KalendsError, type AuditEntry, type AuditHead, type OrganizationId } from "@kalends/model";
import { auditHash, chainStart, hexOf } from "../audit/audit-hash.ts";
import { together } from "../database/together.ts";
import type { SqlScope } from "../database/sql-scope.ts";

/**
 * Adds one record to the organization's audit chain, inside the transaction of the change that it tells of. An entry without a detail
 * is not written. The counter's row is locked by the first statement, so that records of one organization follow each other.
 */
export async function appendAudit(scope: SqlScope, organization: OrganizationId, entry: AuditEntry, at: number): Promise<AuditHead | null> {
  if (entry.detail === "") return null;
  const counter = await scope.first(
    scope.db
      .updateTable("feed_counter")
      .set((eb) => ({ audit_number: eb("audit_number", "+", 1) }))
      .where("organization", "=", organization)
      .returning(["audit_number", "audit_head"]),
  );
  if (counter === undefined) throw new KalendsError("not-found", `There is no organization ${organization}`);
  const sequence = Number(counter.audit_number);
  const previous = counter.audit_head ?? chainStart;
  // A lone surrogate or NUL would come back from some database as another character, and the record would not verify.
  const { action } = entry;
  const texts = { actor: wellFormed(entry.actor), subject: wellFormed(entry.subject), detail: wellFormed(entry.detail) };
  const hash = auditHash({ organizationId: organization, sequence, at, action, ...texts }, previous);
  await together([
    scope.run(scope.db.insertInto("audit_record").values({ organization, sequence, at, action, ...texts, previous_hash: previous, hash })),
    scope.run(scope.db.updateTable("feed_counter").set({ audit_head: hash }).where("organization", "=", organization)),
  ]);
  return { sequence, hash: hexOf(hash) };
}

function wellFormed(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8").replaceAll("\0", "\ufffd");
}
