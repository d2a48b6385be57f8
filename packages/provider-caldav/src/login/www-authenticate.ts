/** One challenge of a WWW-Authenticate header (RFC 9110 section 11.3). */
export interface Challenge {
  /** Lower-case. */
  scheme: string;
  /** Names in lower-case, values unquoted. */
  parameters: ReadonlyMap<string, string>;
}

const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const quoted = /"((?:[^"\\]|\\[^])*)"/y;
const token68 = /[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$))/y;

/**
 * Reads all challenges of one or several header lines, joined by commas as HTTP allows. Servers put several challenges into one line, and
 * commas stand between challenges and between parameters alike: a name followed by `=` belongs to the challenge before it.
 */
export function readChallenges(header: string | null): Challenge[] {
  const text = header ?? "";
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  const skip = (): void => void take(/[\s,]*/y);
  for (skip(); at < text.length; skip()) {
    const name = take(token)?.[0];
    if (name === undefined) {
      // A stray sign; everything up to the next comma is lost, not the whole header.
      take(/[^,]*/y);
      continue;
    }
    if (take(/\s*=\s*/y) !== null) {
      const value = take(quoted)?.[1]?.replace(/\\([^])/g, "$1") ?? take(token)?.[0] ?? "";
      challenges.at(-1)?.parameters.set(name.toLowerCase(), value);
      continue;
    }
    challenges.push({ scheme: name.toLowerCase(), parameters: new Map() });
    if (take(/[ \t]+/y) !== null && !isParameter(text, at)) take(token68);
  }
  return challenges;
}

/** `realm=` or the name of the next scheme, rather than the token of a scheme such as Negotiate. */
function isParameter(text: string, at: number): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+\s*=\s*(?:"|[^\s,=])/.test(text.slice(at, at + 200));
}
