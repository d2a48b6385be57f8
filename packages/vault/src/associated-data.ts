import type { SealContext } from "@kalends/model";
import { canonicalBytes } from "./canonical-bytes.ts";
import { contextBytes } from "./context-bytes.ts";

interface Before {
  organizationId: string;
  accountId: string;
  table: string;
  bytes: Uint8Array;
}

interface After {
  purpose: string;
  generation: number;
  bytes: Uint8Array;
}

/** Columns remembered; a table has a handful. */
const mostColumns = 64;

/**
 * Makes the same bytes as `contextBytes` under one head. Values are sealed many at a time into the columns of one table, so all that is new
 * from one to the next is the row; what stands before and behind it is kept ready.
 */
export class AssociatedData {
  readonly #head: Uint8Array;
  #before: Before | null = null;
  readonly #after = new Map<string, After>();

  constructor(head: Uint8Array) {
    this.#head = head;
  }

  /** Throws like `contextBytes`. */
  of(context: SealContext): Uint8Array {
    const before = this.#beforeOf(context);
    const after = this.#afterOf(context);
    const size = Buffer.byteLength(context.row, "utf8");
    const bytes = Buffer.allocUnsafe(before.length + 4 + size + after.length);
    bytes.set(before);
    bytes.writeUInt32BE(size, before.length);
    bytes.write(context.row, before.length + 4, "utf8");
    bytes.set(after, before.length + 4 + size);
    return bytes;
  }

  #beforeOf({ organizationId, accountId = "", table }: SealContext): Uint8Array {
    const known = this.#before;
    if (known !== null && known.table === table && known.accountId === accountId && known.organizationId === organizationId) return known.bytes;
    const bytes = canonicalBytes([this.#head, organizationId, accountId, table]);
    this.#before = { organizationId, accountId, table, bytes };
    return bytes;
  }

  #afterOf(context: SealContext): Uint8Array {
    const { column, purpose, generation } = context;
    const known = this.#after.get(column);
    if (known !== undefined && known.purpose === purpose && known.generation === generation) return known.bytes;
    // Checks the context as a whole.
    contextBytes(this.#head, context);
    const bytes = canonicalBytes([column, purpose, generation]);
    if (this.#after.size >= mostColumns) this.#after.clear();
    this.#after.set(column, { purpose, generation, bytes });
    return bytes;
  }
}
