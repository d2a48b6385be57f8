import { malformed, notXml, overLimit } from "./xml-errors.ts";

/** What a document is made of, in the order it stands there. */
export interface XmlParts {
  startTag(inner: string): void;
  endTag(name: string): void;
  /** Text as written. It may come in pieces, but a reference or line end is never cut. */
  text(raw: string): void;
  /** Text in which `&` and `<` stand for themselves. May come in pieces. */
  literal(raw: string): void;
}

/** A reference is at most this long, so that much of a piece's end may have to wait for the next. */
const longestReference = 12;
const doctype = "<!doctype";
const GREATER = 62;
const QUOTE = 34;
const APOSTROPHE = 39;

/** Cuts text that arrives in pieces into tags and text. Works forward only, in time proportional to the length. */
export class XmlScanner {
  readonly #parts: XmlParts;
  readonly #longestTag: number;
  #buffer = "";
  #at = 0;
  /** Ends the section being read (`]]>`, `-->`, `?>`); `null` between sections. */
  #until: string | null = null;
  /** How far the start tag at `#at` was searched for its end, and the quote open there. */
  #searched = 0;
  #quote = 0;

  constructor(parts: XmlParts, longestTag: number) {
    this.#parts = parts;
    this.#longestTag = longestTag;
  }

  push(piece: string): void {
    this.#buffer = this.#at < this.#buffer.length ? this.#buffer.slice(this.#at) + piece : piece;
    this.#searched = Math.max(0, this.#searched - this.#at);
    this.#at = 0;
    while (this.#at < this.#buffer.length) {
      const moved = this.#until === null ? this.#content() : this.#section(this.#until);
      if (!moved) return;
    }
  }

  /** Whether everything pushed was understood to its end. */
  end(): boolean {
    if (this.#until !== null) return false;
    const rest = this.#buffer.slice(this.#at);
    if (rest.startsWith("<")) return false;
    if (rest !== "") this.#parts.text(rest);
    return true;
  }

  #content(): boolean {
    const less = this.#buffer.indexOf("<", this.#at);
    if (less === this.#at) return this.#markup();
    const end = less === -1 ? this.#safeEnd() : less;
    if (end === this.#at) return false;
    this.#parts.text(this.#buffer.slice(this.#at, end));
    this.#at = end;
    return less !== -1;
  }

  /** The end of the buffered text that needs nothing of the next piece. */
  #safeEnd(): number {
    const length = this.#buffer.length;
    const and = this.#buffer.lastIndexOf("&");
    if (and >= this.#at && length - and <= longestReference && this.#buffer.indexOf(";", and) === -1) return and;
    return this.#buffer.endsWith("\r") ? Math.max(length - 1, this.#at) : length;
  }

  #markup(): boolean {
    const next = this.#buffer[this.#at + 1];
    if (next === undefined) return false;
    if (next === "/") return this.#endTag();
    if (next === "?") return this.#enter(2, "?>");
    if (next === "!") return this.#declaration();
    return this.#startTag();
  }

  #declaration(): boolean {
    if (this.#buffer.startsWith("<!--", this.#at)) return this.#enter(4, "-->");
    if (this.#buffer.startsWith("<![CDATA[", this.#at)) return this.#enter(9, "]]>");
    const start = this.#buffer.slice(this.#at, this.#at + doctype.length).toLowerCase();
    if (start === doctype) return this.#doctype();
    const mayBecome = ["<!--", "<![cdata[", doctype].some((whole) => whole.startsWith(start));
    if (!mayBecome || start.length === doctype.length) throw malformed("a declaration inside the document");
    return false;
  }

  /** A DOCTYPE is never read. One of HTML tells that a web page came instead of an answer. */
  #doctype(): boolean {
    const head = this.#buffer.slice(this.#at, this.#at + 64);
    if (head.length < 64 && !head.includes(">") && !head.includes("[")) return false;
    throw /^<!doctype\s+html\b/i.test(head) ? notXml() : malformed("it has a DOCTYPE");
  }

  #enter(length: number, until: string): boolean {
    this.#at += length;
    this.#until = until;
    return true;
  }

  #section(until: string): boolean {
    const found = this.#buffer.indexOf(until, this.#at);
    let end = found;
    if (found === -1) {
      // The last characters may be the beginning of the section's end, or of a line end.
      end = Math.max(this.#at, this.#buffer.length - (until.length - 1));
      if (end > this.#at && this.#buffer[end - 1] === "\r") end--;
    }
    if (until === "]]>" && end > this.#at) this.#parts.literal(this.#buffer.slice(this.#at, end));
    this.#at = end;
    if (found === -1) return false;
    this.#at += until.length;
    this.#until = null;
    return true;
  }

  #endTag(): boolean {
    const end = this.#buffer.indexOf(">", this.#at);
    if (end === -1) {
      if (this.#buffer.length - this.#at > this.#longestTag) throw overLimit("the length of a tag");
      return false;
    }
    const name = this.#buffer.slice(this.#at + 2, end);
    this.#at = end + 1;
    this.#parts.endTag(name);
    return true;
  }

  #startTag(): boolean {
    const buffer = this.#buffer;
    const last = Math.min(buffer.length, this.#at + this.#longestTag);
    let quote = this.#quote;
    let i = Math.max(this.#searched, this.#at + 1);
    for (; i < last; i++) {
      const code = buffer.charCodeAt(i);
      if (quote !== 0) {
        if (code === quote) quote = 0;
      } else if (code === GREATER) {
        const inner = buffer.slice(this.#at + 1, i);
        this.#at = i + 1;
        this.#searched = 0;
        this.#quote = 0;
        this.#parts.startTag(inner);
        return true;
      } else if (code === QUOTE || code === APOSTROPHE) quote = code;
    }
    if (last < buffer.length) throw overLimit("the length of a tag");
    this.#searched = i;
    this.#quote = quote;
    return false;
  }
}
