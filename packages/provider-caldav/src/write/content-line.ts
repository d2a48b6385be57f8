/** One content line (RFC 5545 section 3.1), with the bytes that it came in. */
export interface ContentLine {
  /** As it stands in the text, folded, with its line ends as CRLF: XML hands them on as bare LF, which iCalendar does not know. */
  raw: string;
  /** Name in upper-case. */
  name: string;
  /** Parameters as written, each `NAME=value`. */
  parameters: readonly string[];
  /** As written, not unescaped. */
  value: string;
}

const physicalLine = /[^\r\n]*(?:\r\n|\n|\r|$)/y;
const longest = 75;

/** Cuts a text into its content lines; joining their `raw` gives the text again, but for empty lines and other line ends than CRLF. */
export function readContentLines(text: string): ContentLine[] {
  const lines: ContentLine[] = [];
  let raw = "";
  const finish = (): void => {
    const line = raw.replace(/(?:\r\n|\n|\r)[ \t]/g, "").replace(/[\r\n]+$/, "");
    if (line.trim() !== "") lines.push(toLine(raw.replace(/\r\n|\n|\r/g, "\r\n"), line));
    raw = "";
  };
  for (let at = text.charCodeAt(0) === 0xfeff ? 1 : 0; at < text.length; ) {
    physicalLine.lastIndex = at;
    const piece = physicalLine.exec(text)?.[0] ?? "";
    if (piece === "") break;
    if (raw !== "" && piece[0] !== " " && piece[0] !== "\t") finish();
    raw += piece;
    at += piece.length;
  }
  finish();
  return lines;
}

/** A line of our own, folded at 75 octets. */
export function makeContentLine(line: string): ContentLine {
  return toLine(fold(line), line);
}

/** The same line with other parameters. */
export function withParameters(line: ContentLine, parameters: readonly string[]): ContentLine {
  return makeContentLine(`${line.name}${parameters.map((parameter) => `;${parameter}`).join("")}:${line.value}`);
}

/** Name of a parameter, in upper-case. */
export function parameterName(parameter: string): string {
  return parameter.slice(0, Math.max(0, parameter.indexOf("="))).toUpperCase();
}

function toLine(raw: string, line: string): ContentLine {
  // Colons and semicolons inside quotes belong to a parameter's value.
  const head = /^[^:"]*(?:"[^"]*"[^:"]*)*/.exec(line)?.[0] ?? line;
  const [name = "", ...parameters] = head.match(/(?:[^;"]|"[^"]*")+/g) ?? [];
  return { raw, name: name.toUpperCase(), parameters, value: line.slice(head.length + 1) };
}

function fold(line: string): string {
  let out = "";
  let used = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (used + size > longest) {
      out += "\r\n ";
      used = 1;
    }
    out += character;
    used += size;
  }
  return `${out}\r\n`;
}
