/**
 * Cuts text into unfolded lines (RFC 5545 section 3.1) without copying more than needed. Line ends may be CRLF, LF or CR, mixed as they
 * come; empty lines are passed over.
 */
export class LineReader {
  private readonly text: string;
  private at: number;
  private lineNumber = 0;
  private readonly longest: number;
  /** The next line feed and carriage return at or after the place of the last search. */
  private feed = -1;
  private carriage = -1;
  /** Number of the line that `next` gave last, counted from 1 as in an editor. */
  startedAt = 0;
  /** The line that `next` gave last was longer than the limit and is cut there. */
  tooLong = false;

  constructor(text: string, longest: number) {
    this.text = text;
    this.at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
    this.longest = longest;
  }

  /** End of the physical line that starts at `from`. */
  private endOfLine(from: number): number {
    // Each of the two searches goes on from where it last found something, so that the whole text is passed over once by each.
    if (this.feed < from) this.feed = this.find("\n", from);
    if (this.carriage < from) this.carriage = this.find("\r", from);
    return Math.min(this.feed, this.carriage);
  }

  private find(character: string, from: number): number {
    const found = this.text.indexOf(character, from);
    return found === -1 ? this.text.length : found;
  }

  /** Moves past the line end at `end`. */
  private pass(end: number): void {
    this.lineNumber++;
    const crlf = this.text.charCodeAt(end) === 13 && this.text.charCodeAt(end + 1) === 10;
    this.at = end + (crlf ? 2 : 1);
  }

  private isFolded(): boolean {
    const code = this.text.charCodeAt(this.at);
    return this.at < this.text.length && (code === 32 || code === 9);
  }

  /** The next unfolded line, or `null` at the end. */
  next(): string | null {
    const { text } = this;
    for (;;) {
      if (this.at >= text.length) return null;
      const from = this.at;
      const end = this.endOfLine(from);
      this.pass(end);
      this.startedAt = this.lineNumber;
      if (end === from) continue;
      if (!this.isFolded()) {
        this.tooLong = end - from > this.longest;
        return this.tooLong ? text.slice(from, from + this.longest) : text.slice(from, end);
      }
      return this.unfold(text.slice(from, Math.min(end, from + this.longest + 1)));
    }
  }

  private unfold(first: string): string {
    const pieces = [first];
    let length = first.length;
    while (this.isFolded()) {
      const from = this.at + 1;
      const end = this.endOfLine(from);
      this.pass(end);
      if (length <= this.longest) pieces.push(this.text.slice(from, Math.min(end, from + this.longest + 1)));
      length += end - from;
    }
    this.tooLong = length > this.longest;
    const line = pieces.join("");
    return this.tooLong ? line.slice(0, this.longest) : line;
  }
}
