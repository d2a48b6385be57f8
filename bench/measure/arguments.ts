/** `--name value` pairs of the command line; a name alone is `true`. */
export function readOptions(words: readonly string[]): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] as string;
    if (!word.startsWith("--")) throw new Error(`Options begin with two dashes: ${word}`);
    const next = words[at + 1];
    if (next === undefined || next.startsWith("--")) options.set(word.slice(2), "true");
    else {
      options.set(word.slice(2), next);
      at += 1;
    }
  }
  return options;
}

/** A whole number of 1 or more. */
export function numberOption(options: ReadonlyMap<string, string>, name: string, otherwise: number): number {
  const text = options.get(name);
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} wants a whole number, not ${text}`);
  return value;
}
