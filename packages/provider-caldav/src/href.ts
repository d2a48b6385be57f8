const encoder = new TextEncoder();
const hexPair = /^[0-9a-fA-F]{2}$/;
/** A path in which nothing needs an escape, by far the most frequent kind. */
const plainPath = /^[!$&-;=@A-Z[\]_a-z~]*$/;
const canonicalAlready = /^[A-Za-z0-9._~/-]*$/;
const originPattern = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i;

/** What the hrefs of one answer are read against: the address that was asked, taken apart once for all of them. */
export interface HrefBase {
  protocol: string;
  origin: string;
  /** Path up to its last slash. */
  folder: string;
}

export function hrefBase(requestUrl: string): HrefBase {
  const { protocol, origin, pathname } = new URL(requestUrl);
  return { protocol, origin, folder: pathname.slice(0, pathname.lastIndexOf("/") + 1) };
}

/**
 * Splits a response's href from its origin and resolves a relative one against the collection it was asked of.
 * Done by hand, not with `URL`: servers send raw `a b`, `a%b`, `a#b` and `a:b.ics`, which `URL` refuses or cuts.
 */
export function pathOfHref(href: string, base: HrefBase): string {
  const trimmed = href.trim();
  if (startsOnePath(trimmed)) return trimmed;
  const origin = originPattern.exec(trimmed);
  if (origin !== null) {
    const rest = trimmed.slice(origin[0].length);
    return rest === "" ? "/" : rest;
  }
  if (trimmed.startsWith("//")) {
    const slash = trimmed.indexOf("/", 2);
    return slash < 0 ? "/" : trimmed.slice(slash);
  }
  return base.folder + trimmed;
}

/** An absolute path without an origin, by far the most frequent kind. */
function startsOnePath(href: string): boolean {
  return href.charCodeAt(0) === 47 && href.charCodeAt(1) !== 47;
}

/** The origin that an absolute href names, or that of the request. */
export function originOfHref(href: string, base: HrefBase): string {
  const trimmed = href.trim();
  if (startsOnePath(trimmed)) return base.origin;
  const absolute = trimmed.startsWith("//") ? base.protocol + trimmed : trimmed;
  const origin = originPattern.exec(absolute);
  if (origin === null || !URL.canParse(origin[0])) return base.origin;
  return new URL(origin[0]).origin;
}

/**
 * One spelling for all spellings of a path: every segment is decoded to bytes (a stray `%` stays a percent sign) and encoded again
 * with upper-case escapes for everything outside RFC 3986 "unreserved". Used as the item's key, never for requests.
 */
export function canonicalPath(path: string): string {
  if (canonicalAlready.test(path)) return path;
  return path.split("/").map(canonicalSegment).join("/");
}

/** The server's own spelling, with only those characters escaped that may not stand in a request line or an XML href. */
export function wirePath(path: string): string {
  if (plainPath.test(path)) return path;
  let out = "";
  for (let at = 0; at < path.length; ) {
    const character = String.fromCodePoint(path.codePointAt(at) ?? 0);
    const strayPercent = character === "%" && !hexPair.test(path.slice(at + 1, at + 3));
    out += strayPercent || /[^\x21-\x7e]|["<>\\^`{|}#?]/.test(character) ? escapeBytes(encoder.encode(character)) : character;
    at += character.length;
  }
  return out;
}

/** The last segment of a path, decoded for people; undecodable escapes stay as they are. */
export function lastSegment(path: string): string {
  const segment = path.replace(/\/+$/, "").split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** True where a segment would leave its folder, also for a server that reads an escaped slash as one; such an item is never asked for. */
export function leavesFolder(path: string): boolean {
  return canonicalPath(path)
    .split(/\/|%2F|%5C/)
    .some((segment) => segment === "." || segment === "..");
}

/** Compares two canonical paths of collections, with or without their last slash. */
export function samePath(left: string, right: string): boolean {
  return left.replace(/\/+$/, "") === right.replace(/\/+$/, "");
}

function canonicalSegment(segment: string): string {
  if (/^[A-Za-z0-9._~-]*$/.test(segment)) return segment;
  const bytes: number[] = [];
  for (let at = 0; at < segment.length; ) {
    const pair = segment.slice(at + 1, at + 3);
    if (segment[at] === "%" && hexPair.test(pair)) {
      bytes.push(Number.parseInt(pair, 16));
      at += 3;
      continue;
    }
    const character = String.fromCodePoint(segment.codePointAt(at) ?? 0);
    bytes.push(...encoder.encode(character));
    at += character.length;
  }
  return bytes.map((byte) => (isUnreserved(byte) ? String.fromCharCode(byte) : escapeByte(byte))).join("");
}

function isUnreserved(byte: number): boolean {
  return /[A-Za-z0-9._~-]/.test(String.fromCharCode(byte));
}

function escapeBytes(bytes: Uint8Array): string {
  return [...bytes].map(escapeByte).join("");
}

function escapeByte(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}
