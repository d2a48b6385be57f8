/** One element of a request body. Names are resolved: `namespace` is the URI, whatever prefix the client chose. */
export interface XmlElement {
  namespace: string;
  name: string;
  attributes: Map<string, string>;
  children: XmlElement[];
  /** Character data directly inside, CDATA included. */
  text: string;
}

/** The body is not XML that this server reads. */
export class XmlRefused extends Error {
  override readonly name = "XmlRefused";
}

interface OpenElement {
  raw: string;
  element: XmlElement;
  prefixes: Map<string, string>;
}

const depthLimit = 64;
const attributes = String.raw`(?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|'[^']*'))*`;
const markup = new RegExp(
  String.raw`<(?:!--[\s\S]*?-->|\?[\s\S]*?\?>|!\[CDATA\[([\s\S]*?)\]\]>|\/([^\s>]+)\s*>|([^\s/>!?]+)(${attributes})\s*(\/?)>|!)`,
  "y",
);
const attribute = /([^\s=/>]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const namedEntities = new Map([["lt", "<"], ["gt", ">"], ["amp", "&"], ["quot", '"'], ["apos", "'"]]);

/**
 * Reads a request body into a tree (XML 1.0 with namespaces, as far as WebDAV clients use it). A document type is refused.
 * Throws `XmlRefused`.
 */
export function readXml(source: string): XmlElement {
  const open: OpenElement[] = [];
  let root: XmlElement | null = null;
  let position = source.charCodeAt(0) === 0xfeff ? 1 : 0;

  const takeText = (text: string, literal: boolean): void => {
    const parent = open.at(-1);
    if (parent) parent.element.text += literal ? text : decodeEntities(text);
    else if (text.trim() !== "") throw new XmlRefused("There is text outside the root element");
  };

  for (let start = source.indexOf("<", position); start !== -1; start = source.indexOf("<", position)) {
    takeText(source.slice(position, start), false);
    markup.lastIndex = start;
    const match = markup.exec(source);
    if (!match) throw new XmlRefused("A tag is malformed");
    position = markup.lastIndex;
    const [whole, cdata, closing, opening, attributeText, empty] = match;
    if (whole === "<!") throw new XmlRefused("A document type is not accepted");
    if (cdata !== undefined) takeText(cdata, true);
    if (closing !== undefined && open.pop()?.raw !== closing) throw new XmlRefused("An element is closed that was not open");
    if (opening === undefined) continue;
    if (root && open.length === 0) throw new XmlRefused("There is more than one root element");
    const made = makeElement(opening, attributeText ?? "", open.at(-1));
    root ??= made.element;
    open.at(-1)?.element.children.push(made.element);
    if (empty === "") open.push(made);
    if (open.length > depthLimit) throw new XmlRefused("Elements are nested too deeply");
  }
  takeText(source.slice(position), false);
  if (open.length > 0) throw new XmlRefused("An element is not closed");
  if (!root) throw new XmlRefused("There is no root element");
  return root;
}

function makeElement(raw: string, attributeText: string, parent: OpenElement | undefined): OpenElement {
  let prefixes = parent?.prefixes ?? new Map([["xml", "http://www.w3.org/XML/1998/namespace"]]);
  const values = new Map<string, string>();
  for (const [, name = "", double, single] of attributeText.matchAll(attribute)) {
    const value = decodeEntities(double ?? single ?? "");
    if (name === "xmlns" || name.startsWith("xmlns:")) {
      prefixes = new Map(prefixes);
      prefixes.set(name === "xmlns" ? "" : name.slice(6), value);
    } else values.set(name, value);
  }
  const colon = raw.indexOf(":");
  const prefix = colon === -1 ? "" : raw.slice(0, colon);
  const namespace = prefixes.get(prefix);
  if (namespace === undefined && prefix !== "") throw new XmlRefused("A namespace prefix is not declared");
  return { raw, prefixes, element: { namespace: namespace ?? "", name: raw.slice(colon + 1), attributes: values, children: [], text: "" } };
}

function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (_, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) {
      const value = namedEntities.get(name);
      if (value === undefined) throw new XmlRefused("An entity is not defined");
      return value;
    }
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    if (code > 0x10ffff) throw new XmlRefused("A character reference is out of range");
    return String.fromCodePoint(code);
  });
}

/** The first child of that name, if any. */
export function childOf(element: XmlElement | undefined, namespace: string, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.namespace === namespace && child.name === name);
}

/** All children of that name. */
export function childrenOf(element: XmlElement, namespace: string, name: string): XmlElement[] {
  return element.children.filter((child) => child.namespace === namespace && child.name === name);
}
