import type { RemoteKey, Revision } from "@kalends/model";
import type { ListedItem } from "./listed-item.ts";

/** So many items are packed together. */
export const itemsInBlock = 128;

/** An item as it is packed: key, the server's spelling where it differs, revision. */
type PackedItem = [key: RemoteKey, wire: string | 0, revision: Revision];

/**
 * The members of a calendar for as long as a pass takes. They are held as bytes, block by block: as objects and texts of their own they
 * would take several times as much, and all of it in the heap, whose limits V8 sets by what lives in it.
 */
export class ItemList implements Iterable<ListedItem> {
  readonly length: number;
  readonly #blocks: readonly Uint8Array[];
  /** The block that was read last: pages go forward. */
  #read: { block: number; items: ListedItem[] } | null = null;

  /** `blocks` are whole but for the last. */
  constructor(blocks: readonly Uint8Array[], length: number) {
    this.#blocks = blocks;
    this.length = length;
  }

  /** The items from one position up to another, as an array's `slice` with positions that are not negative. */
  slice(from: number, to: number): ListedItem[] {
    const end = Math.min(to, this.length);
    const found: ListedItem[] = [];
    for (let at = from; at < end; ) {
      const block = Math.floor(at / itemsInBlock);
      const start = block * itemsInBlock;
      for (const item of this.#block(block).slice(at - start, end - start)) found.push(item);
      at = start + itemsInBlock;
    }
    return found;
  }

  *[Symbol.iterator](): Generator<ListedItem> {
    for (const bytes of this.#blocks) yield* unpacked(bytes);
  }

  #block(block: number): ListedItem[] {
    if (this.#read?.block !== block) this.#read = { block, items: unpacked(this.#blocks[block] as Uint8Array) };
    return this.#read.items;
  }
}

export const noItems: ItemList = new ItemList([], 0);

/** One block. The texts are copied: cut out of the pieces in which a list came, they would keep all of it in memory. */
export function packed(items: readonly ListedItem[]): Uint8Array {
  return Buffer.from(JSON.stringify(items.map(({ key, wire, revision }): PackedItem => [key, wire === key ? 0 : wire, revision])), "utf8");
}

export function unpacked(bytes: Uint8Array): ListedItem[] {
  const block = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8")) as PackedItem[];
  return block.map(([key, wire, revision]): ListedItem => ({ key, wire: wire === 0 ? key : wire, revision }));
}
