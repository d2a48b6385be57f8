import { malformed } from "./xml-errors.ts";

const named = new Map([["amp", "&"], ["lt", "<"], ["gt", ">"], ["quot", '"'], ["apos", "'"]]);

/** The character of a numeric reference; nothing for one that XML 1.0 (section 2.2) does not allow. */
function character(code: number): string {
  const inPlane0 = (code >= 0x20 && code < 0xd800) || (code >= 0xe000 && code < 0xfffe);
  const allowed = code === 9 || code === 10 || code === 13 || inPlane0 || (code >= 0x10000 && code <= 0x10ffff);
  return allowed ? String.fromCodePoint(code) : "";
}

/** Replaces the five named entities and numeric references. `count` is told of each. Throws for every other `&`. */
export function resolveReferences(text: string, count: (references: number) => void): string {
  let at = text.indexOf("&");
  if (at === -1) return text;
  const parts: string[] = [];
  let from = 0;
  let references = 0;
  while (at !== -1) {
    const end = text.indexOf(";", at + 1);
    if (end === -1 || end - at > 12) throw malformed("a lone &");
    const name = text.slice(at + 1, end);
    const numeric = /^#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,9}))$/.exec(name);
    const value = numeric === null ? named.get(name) : character(Number(numeric[1] === undefined ? numeric[2] : `0x${numeric[1]}`));
    if (value === undefined) throw malformed("an entity that XML does not define");
    parts.push(text.slice(from, at), value);
    references++;
    from = end + 1;
    at = text.indexOf("&", from);
  }
  count(references);
  parts.push(text.slice(from));
  return parts.join("");
}

/** Line ends as XML hands them on (XML 1.0 section 2.11), and without control characters that XML cannot hold. */
export function cleanText(raw: string): string {
  const lines = raw.includes("\r") ? raw.replace(/\r\n?/g, "\n") : raw;
  return lines.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "");
}
