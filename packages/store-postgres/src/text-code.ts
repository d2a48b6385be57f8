/**
 * PostgreSQL's texts cannot hold NUL, and providers' ids may. So NUL is written as two characters that mean nothing to anybody (Unicode
 * noncharacters), and the first of these, where it occurs itself, as two as well: every text comes back as it was.
 */
const mark = "\ufdd0";
const markItself = "\ufdd0\ufdd1";
const markNul = "\ufdd0\ufdd2";

export function encodeText(text: string): string {
  if (!text.includes("\0") && !text.includes(mark)) return text;
  return text.replaceAll(mark, markItself).replaceAll("\0", markNul);
}

export function decodeText(stored: string): string {
  if (!stored.includes(mark)) return stored;
  return stored.replaceAll(markNul, "\0").replaceAll(markItself, mark);
}
