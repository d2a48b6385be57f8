import type { Random } from "@kalends/model";

/** A random UUID (RFC 9562 section 5.4): the UID of a new object and, with `.ics`, the name of its item. */
export function newUid(random: Random): string {
  const bytes = Uint8Array.from(random.bytes(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return Buffer.from(bytes).toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Names that every server takes: letters, digits and dashes. Others fail somewhere with `: , ( ) /`. */
export function isPlainName(uid: string): boolean {
  return /^[A-Za-z0-9-]{8,100}$/.test(uid);
}
