import { createHash } from "node:crypto";
import type { Random } from "@kalends/model";

/** A random UUID (RFC 9562 section 5.4): the UID of a new object and, with `.ics`, the name of its item. */
export function newUid(random: Random): string {
  return uuidOf(random.bytes(16), 4);
}

/**
 * The name of the item that will hold an object: the UID where every server takes it as a name, else a UUID made from it (version 8: its own
 * kind). The same UID has the same name, so that a creation whose answer was lost is found again.
 */
export function nameForUid(uid: string): string {
  return isPlainName(uid) ? uid : uuidOf(createHash("sha256").update(uid, "utf8").digest(), 8);
}

function uuidOf(source: Uint8Array, version: number): string {
  const bytes = Uint8Array.from(source.subarray(0, 16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | (version << 4);
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return Buffer.from(bytes).toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Names that every server takes: letters, digits and dashes. Others fail somewhere with `: , ( ) /`. */
function isPlainName(uid: string): boolean {
  return /^[A-Za-z0-9-]{8,100}$/.test(uid);
}
