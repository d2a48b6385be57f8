import { malformed } from "./xml-errors.ts";

const named = new Map([["amp", "&"], ["lt", "<"], ["gt", ">"], ["quot", '"'], ["apos", "'"]]);

/** The character of a numeric reference; nothing for one that XML 1.0 (section 2.2) does not allow. */
function character(code: number): string {
  const inPlane0 = (code >= 0x20 && code < 0xd800) || (code >= 0xe000 && code < 0xfffe);
  const allowed = code === 9 || code === 10 || code === 13 || inPlane0 || (code >= 0x10000 && code <= 0x10ffff);
  return allowed ? String.fromCodePoint(code) : "";
}

/** How line ends inside text are written where the server keeps them, by far the most frequent references. */
const carriageReturns = /&#(?:13|x[dD]);/g;
const carriageReturn = /&#(?:13|x[dD]);/y;
const longestName = 12;
const mostKept = 1_000;
const kept = new Map<string, string>(named);

/** What stands between `&` and `;`, or `undefined` where XML does not define it. */
function valueOf(name: string): string | undefined {
  const known = kept.get(name);
  if (known !== undefined) return known;
  const numeric = /^#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,9}))$/.exec(name);
  if (numeric === null) return undefined;
  const value = character(Number(numeric[1] === undefined ? numeric[2] : `0x${numeric[1]}`));
  if (kept.size < mostKept) kept.set(name, value);
  return value;
}

/** Replaces the five named entities and numeric references. `count` is told of each. Throws for every other `&`. */
export function resolveReferences(text: string, count: (references: number) => void): string {
  const first = text.indexOf("&");
  if (first === -1) return text;
  carriageReturn.lastIndex = first;
  if (!carriageReturn.test(text)) return resolveOneByOne(text, first, count);
  const rest = text.replace(carriageReturns, "\r");
  // Each is five characters long, whichever way it is written.
  count((text.length - rest.length) / 4);
  const and = rest.indexOf("&", first);
  return and === -1 ? rest : resolveOneByOne(rest, and, count);
}

function resolveOneByOne(text: string, first: number, count: (references: number) => void): string {
  let at = first;
  let resolved = "";
  let from = 0;
  let references = 0;
  while (at !== -1) {
    const end = text.indexOf(";", at + 1);
    if (end === -1 || end - at > longestName) throw malformed("a lone &");
    const value = valueOf(text.slice(at + 1, end));
    if (value === undefined) throw malformed("an entity that XML does not define");
    resolved += text.slice(from, at) + value;
    references++;
    from = end + 1;
    at = text.indexOf("&", from);
  }
  if (references === 0) return text;
  count(references);
  return resolved + text.slice(from);
}

/** Line ends as XML hands them on (XML 1.0 section 2.11), and without control characters that XML cannot hold. */
export function cleanText(raw: string): string {
  const lines = raw.includes("\r") ? raw.replace(/\r\n?/g, "\n") : raw;
  return lines.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "");
}
