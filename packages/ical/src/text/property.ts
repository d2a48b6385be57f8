/** One property as it stands in a content line (RFC 5545 section 3.1). */
export interface Property {
  name: string;
  /** Names, upper-cased, each followed by its first value; look into it with `parameter`. A list, so that no name is special. */
  parameters: readonly string[];
  /** The raw value, not yet unescaped. */
  value: string;
  line: number;
}

const noParameters: readonly string[] = [];

/** First value of a parameter. */
export function parameter({ parameters }: Property, name: string): string | undefined {
  for (let at = 0; at < parameters.length; at += 2) if (parameters[at] === name) return parameters[at + 1];
  return undefined;
}

/** Undoes RFC 6868: `^n`, `^^`, `^'`. */
function decodeCaret(value: string): string {
  if (!value.includes("^")) return value;
  return value.replace(/\^([n^'])/g, (_, code: string) => (code === "n" ? "\n" : code === "^" ? "^" : '"'));
}

/** Longest property name that counts as one. */
const longestName = 64;

/** Name of a content line, upper-cased, or `null` where it is none (it may hold letters, digits and dashes only). */
export function propertyName(line: string): string | null {
  let lower = false;
  for (let end = 0; end <= longestName && end < line.length; end++) {
    const code = line.charCodeAt(end);
    if (code === 58 || code === 59) {
      if (end === 0) return null;
      const name = line.slice(0, end);
      return lower ? name.toUpperCase() : name;
    }
    if (code >= 97 && code <= 122) lower = true;
    else if (!((code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 45)) return null;
  }
  return null;
}

/** End of one parameter value that starts at `from`: after the closing quote, or before `,`, `;` or `:`. -1 where a quote stays open. */
function parameterValueEnd(source: string, from: number, to: number): number {
  if (source.charCodeAt(from) === 34 && from < to) {
    const close = source.indexOf('"', from + 1);
    return close < 0 || close >= to ? -1 : close + 1;
  }
  let at = from;
  for (; at < to; at++) {
    const code = source.charCodeAt(at);
    if (code === 44 || code === 59 || code === 58) break;
  }
  return at;
}

/** Reads the property of a content line, or gives `null` where the line is malformed. `name` is what `propertyName` gave. */
export function readProperty(line: string, name: string, lineNumber: number): Property | null {
  return readPropertyIn(line, name, name.length, line.length, lineNumber);
}

/** The same of an unfolded line inside a text: it ends at `to`, and the colon or semicolon behind its name stands at `from`. */
export function readPropertyIn(source: string, name: string, from: number, to: number, lineNumber: number): Property | null {
  if (source.charCodeAt(from) === 58) return { name, parameters: noParameters, value: source.slice(from + 1, to), line: lineNumber };
  const parameters: string[] = [];
  let at = from;
  while (at < to && source.charCodeAt(at) === 59) {
    const equals = source.indexOf("=", at);
    if (equals < 0 || equals >= to) return null;
    const key = source
      .slice(at + 1, equals)
      .trim()
      .toUpperCase();
    at = equals;
    let first = true;
    do {
      const start = at + 1;
      const end = parameterValueEnd(source, start, to);
      if (end < 0) return null;
      if (first) {
        const quoted = start < to && source.charCodeAt(start) === 34;
        parameters.push(key, decodeCaret(quoted ? source.slice(start + 1, end - 1) : source.slice(start, end)));
        first = false;
      }
      at = end;
    } while (at < to && source.charCodeAt(at) === 44);
  }
  if (at >= to || source.charCodeAt(at) !== 58) return null;
  return { name, parameters, value: source.slice(at + 1, to), line: lineNumber };
}
