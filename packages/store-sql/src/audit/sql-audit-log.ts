import { KalendsError, type AuditAction, type AuditEntry, type AuditHead, type AuditLog, type AuditRecord, type AuditVerdict, type OrganizationId } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import type { SqlScope } from "../database/sql-scope.ts";
import { appendAudit } from "../feed/append-audit.ts";
import type { AuditRecordTable } from "../schema/feed-tables.ts";
import { auditHash, chainStart, hexOf } from "./audit-hash.ts";

/** Records read at once while the chain is walked. */
const pageSize = 1_000;

export class SqlAuditLog implements AuditLog {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
  }

  async append(entry: AuditEntry, at: number): Promise<AuditHead> {
    const head = await this.#database.writeTogether((scope) => appendAudit(scope, this.#organization, entry, at));
    if (head === null) throw new KalendsError("invalid-argument", "An audit entry needs a detail");
    return head;
  }

  async read(since: number, limit: number): Promise<AuditRecord[]> {
    return (await this.#database.read((scope) => this.#page(scope, since, limit))).map(toAuditRecord);
  }

  head(): Promise<AuditHead> {
    return this.#database.read((scope) => this.#head(scope));
  }

  async verify(expected?: AuditHead): Promise<AuditVerdict> {
    // The head first: records that are appended meanwhile come after it.
    const head = await this.head();
    let previous: Uint8Array = chainStart;
    let records = 0;
    const verdict = (firstBad: number | null): AuditVerdict => ({ ok: firstBad === null, records, head, firstBad });
    for (;;) {
      const page = await this.#database.read((scope) => this.#page(scope, records, pageSize));
      for (const row of page) {
        const next = records + 1;
        if (!follows(row, next, previous)) return verdict(next);
        previous = row.hash;
        if (next === head.sequence && hexOf(row.hash) !== head.hash) return verdict(next);
        if (next === expected?.sequence && hexOf(row.hash) !== expected.hash) return verdict(next);
        records = next;
      }
      if (page.length < pageSize) break;
    }
    // A chain that ends before a head that is known was cut.
    return verdict(records < Math.max(head.sequence, expected?.sequence ?? 0) ? records + 1 : null);
  }

  #page(scope: SqlScope, since: number, limit: number): Promise<AuditRecordTable[]> {
    return scope.all(
      scope.db
        .selectFrom("audit_record")
        .selectAll()
        .where("organization", "=", this.#organization)
        .where("sequence", ">", since)
        .orderBy("sequence")
        .limit(limit),
    );
  }

  async #head(scope: SqlScope): Promise<AuditHead> {
    const row = await scope.first(
      scope.db.selectFrom("feed_counter").select(["audit_number", "audit_head"]).where("organization", "=", this.#organization),
    );
    return { sequence: Number(row?.audit_number ?? 0), hash: hexOf(row?.audit_head ?? chainStart) };
  }
}

function follows(row: AuditRecordTable, sequence: number, previous: Uint8Array): boolean {
  if (Number(row.sequence) !== sequence || hexOf(row.previous_hash) !== hexOf(previous)) return false;
  const record = toAuditRecord(row);
  return hexOf(auditHash(record, previous)) === record.hash;
}

function toAuditRecord(row: AuditRecordTable): AuditRecord {
  return {
    organizationId: row.organization,
    sequence: Number(row.sequence),
    at: Number(row.at),
    action: row.action as AuditAction,
    actor: row.actor,
    subject: row.subject,
    detail: row.detail,
    previousHash: hexOf(row.previous_hash),
    hash: hexOf(row.hash),
  };
}
