import { malformed } from "./xml-errors.ts";

/** Undoes the declarations of one element: prefix and what it meant before. */
export type Declared = [prefix: string, before: string | undefined][];

interface QualifiedName {
  prefix: string;
  local: string;
}

/** A tag's name with its namespace looked up. */
export interface ResolvedName {
  namespace: string;
  local: string;
}

const namePart = /^[A-Za-z_\u0080-\uffff][\w.\-\u0080-\uffff]*$/;
const mostRemembered = 1_000;
export const xmlNamespace = "http://www.w3.org/XML/1998/namespace";

/** The namespace declarations in force at one place of a document (Namespaces in XML 1.0). */
export class NamespaceScope {
  readonly #bound = new Map<string, string>([["xml", xmlNamespace]]);
  readonly #names = new Map<string, QualifiedName>();
  /** Names looked up since a declaration last came or went. */
  readonly #resolved = new Map<string, ResolvedName>();

  /** Splits `prefix:local`; throws where either is no XML name. */
  split(raw: string): QualifiedName {
    const known = this.#names.get(raw);
    if (known !== undefined) return known;
    const colon = raw.indexOf(":");
    const name = colon === -1 ? { prefix: "", local: raw } : { prefix: raw.slice(0, colon), local: raw.slice(colon + 1) };
    const proper = namePart.test(name.local) && (colon === -1 || namePart.test(name.prefix));
    if (!proper) throw malformed("a tag or attribute without a proper name");
    if (this.#names.size < mostRemembered) this.#names.set(raw, name);
    return name;
  }

  /** Declares a prefix, the empty one for the default, and returns what it meant before. */
  declare(prefix: string, namespace: string): string | undefined {
    const reserved = prefix === "xml" ? namespace !== xmlNamespace : prefix === "xmlns" || namespace === xmlNamespace;
    if (reserved || (prefix !== "" && namespace === "")) throw malformed("a namespace declaration that XML forbids");
    const before = this.#bound.get(prefix);
    this.#bound.set(prefix, namespace);
    if (before !== namespace) this.#resolved.clear();
    return before;
  }

  /** The name of an element and its namespace. Throws as `split` and `lookup` do. */
  resolve(raw: string): ResolvedName {
    const known = this.#resolved.get(raw);
    if (known !== undefined) return known;
    const { prefix, local } = this.split(raw);
    const resolved = { namespace: this.lookup(prefix), local };
    if (this.#resolved.size < mostRemembered) this.#resolved.set(raw, resolved);
    return resolved;
  }

  /** What a prefix means; the empty one is the default namespace. Throws for one that was not declared. */
  lookup(prefix: string): string {
    const namespace = this.#bound.get(prefix);
    if (namespace !== undefined) return namespace;
    if (prefix === "") return "";
    throw malformed("a prefix that was never declared");
  }

  undo(declared: Declared): void {
    for (let i = declared.length - 1; i >= 0; i--) {
      const [prefix, before] = declared[i] as Declared[number];
      if (this.#bound.get(prefix) !== before) this.#resolved.clear();
      if (before === undefined) this.#bound.delete(prefix);
      else this.#bound.set(prefix, before);
    }
  }
}
