/**
 * JSON from outside, read field by field. Only own properties count, so a `__proto__` or `constructor` in an answer is a key like any
 * other, and nothing is ever copied from such an object into one of ours.
 */
export type JsonRecord = Readonly<Record<string, unknown>>;

export function asRecord(value: unknown): JsonRecord | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonRecord) : null;
}

function own(record: JsonRecord | null, name: string): unknown {
  return record !== null && Object.hasOwn(record, name) ? record[name] : undefined;
}

/** A text that is there and not empty. */
export function textOf(record: JsonRecord | null, name: string): string | undefined {
  const value = own(record, name);
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function flagOf(record: JsonRecord | null, name: string): boolean {
  return own(record, name) === true;
}

/** A whole number that a double holds exactly; `1e999` and integers past 2^53 are none. */
export function wholeOf(record: JsonRecord | null, name: string): number | undefined {
  const value = own(record, name);
  return typeof value === "number" && Number.isSafeInteger(value) ? value : undefined;
}

export function recordOf(record: JsonRecord | null, name: string): JsonRecord | null {
  return asRecord(own(record, name));
}

/** The entries of a list; `undefined` where the field is absent, `null` where it is something else than a list. */
export function listOf(record: JsonRecord | null, name: string): readonly unknown[] | null | undefined {
  const value = own(record, name);
  if (value === undefined) return undefined;
  return Array.isArray(value) ? (value as unknown[]) : null;
}

export function textsOf(record: JsonRecord | null, name: string): string[] {
  return (listOf(record, name) ?? []).filter((entry): entry is string => typeof entry === "string");
}
