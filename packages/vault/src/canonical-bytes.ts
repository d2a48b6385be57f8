/**
 * Joins parts so that no two different lists give the same bytes: each part behind its length as four bytes, big-endian.
 * Texts are UTF-8, numbers (whole, from 0 up) eight bytes, big-endian.
 */
export function canonicalBytes(parts: readonly (string | number | Uint8Array)[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += 4 + lengthOf(part);
  // Every byte is written below.
  const joined = Buffer.allocUnsafe(length);
  let at = 0;
  for (const part of parts) {
    const size = lengthOf(part);
    joined.writeUInt32BE(size, at);
    at += 4;
    if (typeof part === "string") joined.write(part, at, "utf8");
    else if (typeof part === "number") writeNumber(joined, part, at);
    else joined.set(part, at);
    at += size;
  }
  return joined;
}

function lengthOf(part: string | number | Uint8Array): number {
  if (typeof part === "string") return Buffer.byteLength(part, "utf8");
  return typeof part === "number" ? 8 : part.length;
}

function writeNumber(into: Buffer, value: number, at: number): void {
  into.writeUInt32BE(Math.floor(value / 2 ** 32), at);
  into.writeUInt32BE(value % 2 ** 32, at + 4);
}
