function octets(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

/** A content line with its CRLF, folded so that no line is longer than 75 octets and no character is cut (RFC 5545 section 3.1). */
export function foldLine(line: string): string {
  if (line.length <= 25) return `${line}\r\n`;
  const pieces: string[] = [];
  let from = 0;
  let used = 0;
  for (let i = 0; i < line.length;) {
    const codePoint = line.codePointAt(i) as number;
    const size = octets(codePoint);
    if (used + size > 75) {
      pieces.push(line.slice(from, i));
      from = i;
      // The space that marks a continuation takes one octet.
      used = 1;
    }
    used += size;
    i += codePoint > 0xffff ? 2 : 1;
  }
  pieces.push(line.slice(from));
  return `${pieces.join("\r\n ")}\r\n`;
}
