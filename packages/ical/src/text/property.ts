/** One property as it stands in a content line (RFC 5545 section 3.1). Parameter names are upper-cased; a Map, so that no name is special. */
export interface Property {
  name: string;
  parameters: ReadonlyMap<string, readonly string[]>;
  /** The raw value, not yet unescaped. */
  value: string;
  line: number;
}

const noParameters: ReadonlyMap<string, readonly string[]> = new Map();

/** First value of a parameter. */
export function parameter(property: Property, name: string): string | undefined {
  return property.parameters.get(name)?.[0];
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
function parameterValueEnd(line: string, from: number): number {
  if (line.charCodeAt(from) === 34) {
    const close = line.indexOf('"', from + 1);
    return close < 0 ? -1 : close + 1;
  }
  let at = from;
  for (; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === 44 || code === 59 || code === 58) break;
  }
  return at;
}

/** Reads the property of a content line, or gives `null` where the line is malformed. `name` is what `propertyName` gave. */
export function readProperty(line: string, name: string, lineNumber: number): Property | null {
  let at = name.length;
  if (line.charCodeAt(at) === 58) return { name, parameters: noParameters, value: line.slice(at + 1), line: lineNumber };
  const parameters = new Map<string, string[]>();
  while (line.charCodeAt(at) === 59) {
    const equals = line.indexOf("=", at);
    if (equals < 0) return null;
    const key = line
      .slice(at + 1, equals)
      .trim()
      .toUpperCase();
    const values = parameters.get(key) ?? [];
    at = equals;
    do {
      const from = at + 1;
      const end = parameterValueEnd(line, from);
      if (end < 0) return null;
      const quoted = line.charCodeAt(from) === 34;
      values.push(decodeCaret(quoted ? line.slice(from + 1, end - 1) : line.slice(from, end)));
      at = end;
    } while (line.charCodeAt(at) === 44);
    parameters.set(key, values);
  }
  if (line.charCodeAt(at) !== 58) return null;
  return { name, parameters, value: line.slice(at + 1), line: lineNumber };
}
