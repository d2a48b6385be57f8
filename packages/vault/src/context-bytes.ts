import { KalendsError, type SealContext } from "@kalends/model";
import { canonicalBytes } from "./canonical-bytes.ts";

/** The associated data of a value: its envelope's own head and everything of its context. Throws `invalid-argument`. */
export function contextBytes(head: Uint8Array, context: SealContext): Uint8Array {
  const { organizationId, accountId = "", table, row, column, purpose, generation } = context;
  if (!Number.isSafeInteger(generation) || generation < 0) {
    throw new KalendsError("invalid-argument", "The generation of a seal context is not a whole number from 0 up");
  }
  return canonicalBytes([head, organizationId, accountId, table, row, column, purpose, generation]);
}
