import { NamespaceScope } from "./namespace-scope.ts";
import { parseTag, type OpenedTag } from "./parse-tag.ts";
import { cleanText, resolveReferences } from "./resolve-references.ts";
import type { XmlElement } from "./xml-element.ts";
import { cutShort, malformed, notXml, overLimit } from "./xml-errors.ts";
import type { XmlLimits } from "./xml-limits.ts";
import { XmlScanner, type XmlParts } from "./xml-scanner.ts";

/** Builds elements from text that arrives in pieces and hands out each direct child of the document element once it is complete. */
export class XmlReader implements XmlParts {
  /** The document element, without its children; `null` until its start tag was read. */
  root: XmlElement | null = null;
  readonly #limits: XmlLimits;
  readonly #scanner: XmlScanner;
  readonly #scope = new NamespaceScope();
  readonly #open: OpenedTag[] = [];
  #complete: XmlElement[] = [];
  #visit: ((element: XmlElement) => void) | null = null;
  #closed = false;
  #itemNodes = 0;
  #itemText = 0;
  #itemReferences = 0;
  #totalNodes = 0;
  readonly #countReferences = (references: number): void => {
    this.#itemReferences += references;
    if (this.#itemReferences > this.#limits.references) throw overLimit("character references");
  };

  constructor(limits: XmlLimits) {
    this.#limits = limits;
    this.#scanner = new XmlScanner(this, limits.tagLength);
  }

  push(piece: string): void {
    this.#scanner.push(piece);
  }

  /** Elements completed since the last call. */
  take(): XmlElement[] {
    const complete = this.#complete;
    this.#complete = [];
    return complete;
  }

  /** From now on each element is handed to `visit` when it is complete; first those that wait for `take`. */
  handOver(visit: (element: XmlElement) => void): void {
    this.#visit = visit;
    for (const element of this.take()) visit(element);
  }

  /** Throws `response-incomplete` where the document element is still open. */
  end(): void {
    if (!this.#closed || !this.#scanner.end()) throw cutShort();
  }

  startTag(inner: string): void {
    if (this.#closed) throw malformed("something follows the document element");
    if (this.#open.length >= this.#limits.depth) throw overLimit("elements inside one another");
    if (this.root !== null) this.#itemNodes++;
    if (++this.#totalNodes > this.#limits.totalNodes || this.#itemNodes > this.#limits.nodes) throw overLimit("number of elements");
    if (this.root === null && /^(?:[\w-]+:)?html(?![\w:.-])/i.test(inner)) throw notXml();
    const tag = parseTag(inner, this.#scope, this.#limits, this.#countReferences);
    if (this.#open.length > 1) (this.#open.at(-1) as OpenedTag).element.children.push(tag.element);
    else if (this.#open.length === 0) this.root = tag.element;
    this.#open.push(tag);
    if (tag.selfClosing) this.#close();
  }

  endTag(name: string): void {
    const tag = this.#open.at(-1);
    if (tag === undefined || (tag.rawName !== name && tag.rawName !== name.trimEnd())) throw malformed("an end tag that closes nothing");
    this.#close();
  }

  text(raw: string): void {
    if (this.#open.length > 0) this.#append(resolveReferences(cleanText(raw), this.#countReferences));
    else if (/\S/.test(raw)) throw this.root === null ? notXml() : malformed("something follows the document element");
  }

  literal(raw: string): void {
    if (this.#open.length === 0) throw malformed("text outside the document element");
    this.#append(cleanText(raw));
  }

  #append(text: string): void {
    this.#itemText += text.length;
    if (this.#itemText > this.#limits.text) throw overLimit("length of text");
    (this.#open.at(-1) as OpenedTag).element.text += text;
  }

  #close(): void {
    const tag = this.#open.pop() as OpenedTag;
    if (tag.declared !== null) this.#scope.undo(tag.declared);
    if (this.#open.length === 0) this.#closed = true;
    if (this.#open.length !== 1) return;
    if (this.#visit === null) this.#complete.push(tag.element);
    else this.#visit(tag.element);
    this.#itemNodes = 0;
    this.#itemReferences = 0;
    // What the document element holds by itself between its children is kept, so it goes on counting.
    this.#itemText = (this.root as XmlElement).text.length;
  }
}
