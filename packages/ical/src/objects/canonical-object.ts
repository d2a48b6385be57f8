import type { CalendarEvent, CalendarObject } from "@kalends/model";

/** JSON with the keys of every object in order and absent values left out. The model nests a handful of levels, no more. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const record = value as Record<string, unknown>;
  const fields = Object.keys(record)
    .filter((key) => record[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(record[key])}`);
  return `{${fields.join(",")}}`;
}

/** Canonical texts in order: for lists whose order means nothing. */
function unordered(values: readonly unknown[] | undefined): string[] | undefined {
  return values === undefined || values.length === 0 ? undefined : values.map(canonicalJson).sort();
}

function canonicalEvent(event: CalendarEvent): string {
  const { uid: _uid, created: _created, lastModified: _lastModified, content, ...timing } = event;
  const { attendees, categories, ...plain } = content ?? {};
  return canonicalJson({
    ...timing,
    rules: unordered(timing.rules),
    exclusionRules: unordered(timing.exclusionRules),
    additionalTimes: unordered(timing.additionalTimes),
    excludedTimes: unordered(timing.excludedTimes),
    content: { ...plain, attendees: unordered(attendees), categories: unordered(categories) },
  });
}

/**
 * Deterministic text of everything that matters of an object: UID, timing and content of its events, custom zones. The same for any order
 * of keys, events, attendees, categories, EXDATEs and RDATEs. Remote key, revision, warnings and dates of creation and change do not count.
 */
export function canonicalObject(object: CalendarObject): string {
  return canonicalJson({ uid: object.uid, events: object.events.map(canonicalEvent).sort(), zones: unordered(object.zones) });
}
