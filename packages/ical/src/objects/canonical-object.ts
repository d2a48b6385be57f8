import type { CalendarEvent, CalendarObject } from "@kalends/model";

/** What is written for a key; `undefined` leaves it out. */
type WriteValue = (key: string, value: unknown) => string | undefined;

/** Keys as JSON. They are the model's own names; the bound is for safety only. */
const quotedKeys = new Map<string, string>();
const mostKeys = 1_000;

function quotedKey(key: string): string {
  let quoted = quotedKeys.get(key);
  if (quoted === undefined) {
    quoted = `${JSON.stringify(key)}:`;
    if (quotedKeys.size < mostKeys) quotedKeys.set(key, quoted);
  }
  return quoted;
}

/** Keys in order. A handful in nearly the right order: an insertion sort in place does it without a copy. */
function inOrder(keys: string[]): string[] {
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i] as string;
    let at = i;
    for (; at > 0 && (keys[at - 1] as string) > key; at--) keys[at] = keys[at - 1] as string;
    keys[at] = key;
  }
  return keys;
}

function canonicalRecord(record: Record<string, unknown>, write: WriteValue): string {
  let text = "{";
  for (const key of inOrder(Object.keys(record))) {
    const value = write(key, record[key]);
    if (value === undefined) continue;
    if (text !== "{") text += ",";
    text += quotedKey(key);
    text += value;
  }
  return `${text}}`;
}

/** JSON with the keys of every object in order and absent values left out. The model nests a handful of levels, no more. */
function canonicalJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  return canonicalRecord(value as Record<string, unknown>, plainly);
}

const plainly: WriteValue = (_, value) => (value === undefined ? undefined : canonicalJson(value));

/** For lists whose order means nothing: their canonical texts in order. An empty list says as much as none. */
function unordered(values: readonly unknown[] | undefined): string | undefined {
  if (values === undefined || values.length === 0) return undefined;
  const texts = values.map(canonicalJson);
  return `[${texts.length === 1 ? (texts[0] as string) : texts.sort().join(",")}]`;
}

const ofContent: WriteValue = (key, value) =>
  key === "attendees" || key === "categories" ? unordered(value as readonly unknown[] | undefined) : plainly(key, value);

const ofEvent: WriteValue = (key, value) => {
  switch (key) {
    case "uid":
    case "created":
    case "lastModified":
      return undefined;
    case "rules":
    case "exclusionRules":
    case "additionalTimes":
    case "excludedTimes":
      return unordered(value as readonly unknown[] | undefined);
    case "content": {
      const text = value === undefined ? "{}" : canonicalRecord(value as Record<string, unknown>, ofContent);
      return text === "{}" ? undefined : text;
    }
    default:
      return plainly(key, value);
  }
};

function canonicalEvent(event: CalendarEvent): string {
  return canonicalRecord(event as unknown as Record<string, unknown>, ofEvent);
}

/**
 * Deterministic text of everything that matters of an object: UID, timing and content of its events, custom zones. The same for any order
 * of keys, events, attendees, categories, EXDATEs and RDATEs. Remote key, revision, warnings and dates of creation and change do not count.
 */
export function canonicalObject(object: CalendarObject): string {
  const events = object.events.map(canonicalEvent);
  const zones = unordered(object.zones);
  const uid = JSON.stringify(object.uid);
  return `{"events":[${events.length === 1 ? (events[0] as string) : events.sort().join(",")}],"uid":${uid}${zones === undefined ? "" : `,"zones":${zones}`}}`;
}
