/** An element without its content. */
export interface XmlTag {
  /** Namespace name; empty where there is none. */
  namespace: string;
  /** Local name. */
  name: string;
  /** By local name; an attribute with a prefix is named `{namespace}name`. Namespace declarations are left out. */
  attributes: ReadonlyMap<string, string>;
}

export interface XmlElement extends XmlTag {
  children: XmlElement[];
  /** The element's own text and CDATA, untrimmed, without that of its children. */
  text: string;
}

/** The first child of that name. */
export function child(element: XmlElement, namespace: string, name: string): XmlElement | undefined {
  return element.children.find((entry) => entry.name === name && entry.namespace === namespace);
}

/** All children of that name, in order. */
export function childrenOf(element: XmlElement, namespace: string, name: string): XmlElement[] {
  return element.children.filter((entry) => entry.name === name && entry.namespace === namespace);
}

/** The text of the first child of that name, without white space around it; `undefined` where there is no such child. */
export function textOf(element: XmlElement, namespace: string, name: string): string | undefined {
  return child(element, namespace, name)?.text.trim();
}
