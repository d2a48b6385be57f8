import type { RemoteKey } from "@kalends/model";
import { ItemList, itemsInBlock, noItems, packed, unpacked } from "./item-list.ts";
import type { ListedItem } from "./listed-item.ts";

/** Takes the members of a calendar in the order in which a server names them, a key named again taking the place of the one before. */
export class ItemCollector {
  #blocks: Uint8Array[] = [];
  #open: ListedItem[] = [];
  #length = 0;
  /** Each key came behind the one before, so that nothing is to be put in order and nothing was named twice. */
  #ordered = true;
  #last: RemoteKey | null = null;
  /** Keys that were removed, with the number of items that had come by then: those before it are gone. */
  readonly #removed = new Map<RemoteKey, number>();

  add(item: ListedItem): void {
    if (this.#last !== null && item.key <= this.#last) this.#ordered = false;
    this.#last = item.key;
    this.#open.push(item);
    this.#length += 1;
    if (this.#open.length === itemsInBlock) this.#close();
  }

  remove(key: RemoteKey): void {
    this.#removed.set(key, this.#length);
  }

  /** Everything in key order: a stable order, so that a page position means the same item each time. Ends the collecting. */
  finish(): ItemList {
    if (this.#length === 0) return noItems;
    if (this.#open.length > 0) this.#close();
    const blocks = this.#blocks;
    if (this.#ordered && this.#removed.size === 0) return new ItemList(blocks, this.#length);
    const last = new Map<RemoteKey, ListedItem>();
    let at = 0;
    for (const block of blocks) {
      for (const item of unpacked(block)) {
        if (at >= (this.#removed.get(item.key) ?? 0)) last.set(item.key, item);
        at += 1;
      }
    }
    this.#blocks = [];
    return itemListOf(inKeyOrder([...last.values()]));
  }

  #close(): void {
    this.#blocks.push(packed(this.#open));
    this.#open = [];
  }
}

/** A list of items that are in order already. */
function itemListOf(items: readonly ListedItem[]): ItemList {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < items.length; at += itemsInBlock) blocks.push(packed(items.slice(at, at + itemsInBlock)));
  return new ItemList(blocks, items.length);
}

function inKeyOrder(items: ListedItem[]): ListedItem[] {
  return items.sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
}
