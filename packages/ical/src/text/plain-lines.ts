/**
 * Walks over the unfolded lines of a text that is as it should be, without cutting them out of it: a line is the part of `source` from
 * `from` to `to`. `source` is the text itself, or the line put together where it was folded.
 */
export class PlainLines {
  readonly #text: string;
  /** Place of the next carriage return at or behind the line being read. */
  #nextReturn = -1;
  /** Where the next line begins in the text. */
  #next = 0;
  source: string;
  from = 0;
  to = 0;
  /** Place of the colon or semicolon behind the name; set by `name`. */
  colon = 0;
  folded = false;
  /** A carriage return of its own ends a line too; who writes such a text is not read here. */
  broken = false;

  constructor(text: string) {
    this.#text = text;
    this.source = text;
  }

  /** Moves to the next line that is not empty. `false` at the end, and where the text is `broken`. */
  next(): boolean {
    const text = this.#text;
    this.source = text;
    this.folded = false;
    for (;;) {
      if (this.#next >= text.length) return false;
      this.from = this.#next;
      this.to = this.#endOfLine(this.from);
      if (this.broken) return false;
      if (this.to > this.from) break;
    }
    if (this.#isFolded()) this.#unfold();
    return !this.broken;
  }

  /** End of the physical line that starts at `from`; the next one begins behind it. */
  #endOfLine(from: number): number {
    const text = this.#text;
    const feed = text.indexOf("\n", from);
    const last = feed === -1 ? text.length : feed;
    this.#next = feed === -1 ? last : feed + 1;
    const end = feed > from && text.charCodeAt(feed - 1) === 13 ? feed - 1 : last;
    if (this.#nextReturn < from) {
      const found = text.indexOf("\r", from);
      this.#nextReturn = found === -1 ? text.length : found;
    }
    if (this.#nextReturn < end) this.broken = true;
    return end;
  }

  #isFolded(): boolean {
    const code = this.#text.charCodeAt(this.#next);
    return code === 32 || code === 9;
  }

  #unfold(): void {
    let line = this.#text.slice(this.from, this.to);
    while (this.#isFolded()) {
      const from = this.#next + 1;
      line += this.#text.slice(from, Math.max(from, this.#endOfLine(from)));
    }
    this.source = line;
    this.from = 0;
    this.to = line.length;
    this.folded = true;
  }

  /** The name of the line's property where it is one in capitals, as it should be. */
  name(): string | null {
    const { source, from, to } = this;
    for (let at = from; at < to; at++) {
      const code = source.charCodeAt(at);
      if (code === 58 || code === 59) {
        this.colon = at;
        return at === from || at - from > longestName ? null : source.slice(from, at);
      }
      if (!((code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 45)) return null;
    }
    return null;
  }

  whole(): string {
    return this.source.slice(this.from, this.to);
  }

  /** Passes over `part` where the text goes on with it from the beginning of this line. */
  skip(part: string): boolean {
    if (this.folded || !this.#text.startsWith(part, this.from)) return false;
    this.#next = this.from + part.length;
    return true;
  }
}

/** Longest name that counts as one; see `propertyName`. */
const longestName = 64;
