import type { Declared, NamespaceScope } from "./namespace-scope.ts";
import { cleanText, resolveReferences } from "./resolve-references.ts";
import { malformed, overLimit } from "./xml-errors.ts";
import type { XmlElement } from "./xml-element.ts";

export interface OpenedTag {
  element: XmlElement;
  /** Name as written, which the end tag has to repeat. */
  rawName: string;
  declared: Declared | null;
  selfClosing: boolean;
}

const noAttributes: ReadonlyMap<string, string> = new Map();
const attribute = /\s+([^\s=/<>"']+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;

/** Reads what stands between `<` and `>` of a start tag and enters its namespace declarations into the scope. */
export function parseTag(
  inner: string,
  scope: NamespaceScope,
  limits: { attributes: number },
  count: (references: number) => void,
): OpenedTag {
  const selfClosing = inner.endsWith("/");
  const body = selfClosing ? inner.slice(0, -1) : inner;
  const space = firstSpace(body);
  if (space === -1) return opened(body, noAttributes, null, selfClosing, scope);
  const rawName = body.slice(0, space);
  const pairs = readPairs(body, space, limits.attributes, count);
  let declared: Declared | null = null;
  for (const [name, value] of pairs) {
    if (name !== "xmlns" && !name.startsWith("xmlns:")) continue;
    const prefix = name === "xmlns" ? "" : name.slice(6);
    (declared ??= []).push([prefix, scope.declare(prefix, value)]);
  }
  const attributes = pairs.size === (declared?.length ?? 0) ? noAttributes : resolveNames(pairs, scope);
  return opened(rawName, attributes, declared, selfClosing, scope);
}

function opened(rawName: string, attributes: ReadonlyMap<string, string>, declared: Declared | null, selfClosing: boolean, scope: NamespaceScope): OpenedTag {
  const { namespace, local } = scope.resolve(rawName);
  return { element: { namespace, name: local, attributes, children: [], text: "" }, rawName, declared, selfClosing };
}

/** Most tags are a short name without anything that could be a space; a loop tells that quicker than a search starts. */
function firstSpace(body: string): number {
  for (let at = 0; at < body.length; at++) {
    const code = body.charCodeAt(at);
    if (code <= 32 || code >= 128) return body.search(/\s/);
  }
  return -1;
}

function readPairs(body: string, start: number, most: number, count: (references: number) => void): Map<string, string> {
  const pairs = new Map<string, string>();
  let at = start;
  for (;;) {
    attribute.lastIndex = at;
    const found = attribute.exec(body);
    if (found === null) break;
    if (pairs.size >= most) throw overLimit("attributes of one element");
    const name = found[1] as string;
    if (pairs.has(name)) throw malformed("an attribute given twice");
    // Line ends and tabs inside a value count as spaces (XML 1.0 section 3.3.3); written as references they stay.
    const value = cleanText(found[2] ?? found[3] ?? "").replace(/[\t\n]/g, " ");
    pairs.set(name, resolveReferences(value, count));
    at = attribute.lastIndex;
  }
  if (body.slice(at).trim() !== "") throw malformed("an attribute that cannot be read");
  return pairs;
}

function resolveNames(pairs: ReadonlyMap<string, string>, scope: NamespaceScope): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [raw, value] of pairs) {
    if (raw === "xmlns" || raw.startsWith("xmlns:")) continue;
    const { prefix, local } = scope.split(raw);
    const name = prefix === "" ? local : `{${scope.lookup(prefix)}}${local}`;
    if (attributes.has(name)) throw malformed("an attribute given twice");
    attributes.set(name, value);
  }
  return attributes;
}
