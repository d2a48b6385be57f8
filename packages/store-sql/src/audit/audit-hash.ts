import { createHash } from "node:crypto";
import type { AuditEntry, OrganizationId } from "@kalends/model";

/** Stands before the first record of a chain. */
export const chainStart: Uint8Array = new Uint8Array(32);

/** What a record's hash covers, the hash before it included. */
export interface HashedRecord extends AuditEntry {
  organizationId: OrganizationId;
  sequence: number;
  at: number;
}

/** SHA-256 over the record as a JSON array, a form in which no two different records are the same text. */
export function auditHash(record: HashedRecord, previous: Uint8Array): Uint8Array {
  const { organizationId, sequence, at, action, actor, subject, detail } = record;
  const text = JSON.stringify([1, organizationId, sequence, at, action, actor, subject, detail, hexOf(previous)]);
  return new Uint8Array(createHash("sha256").update(text, "utf8").digest());
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}
