import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CalendarEvent, CalendarObject, EventContent } from "@kalends/model";
import { canonicalObject, canonicalParts, parseCalendar } from "../src/index.ts";
import { textOf, type Corpus } from "./corpus.ts";
import { sharedJson } from "./shared-data.ts";

/** JSON with sorted keys, without absent values, the slow way. */
function sortedJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(",")}]`;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => `${JSON.stringify(key)}:${sortedJson(inner)}`).join(",")}}`;
}

const sets = new Set(["rules", "exclusionRules", "additionalTimes", "excludedTimes", "attendees", "categories"]);
const silent = new Set(["uid", "created", "lastModified"]);

/** Lists without order as the text of their members in order; empty ones and an empty content away. */
function slowRecord(record: object, left: ReadonlySet<string>): string {
  const members: [string, string][] = [];
  for (const [key, value] of Object.entries(record)) {
    if (left.has(key) || value === undefined) continue;
    if (sets.has(key)) {
      if ((value as unknown[]).length > 0) members.push([key, `[${(value as unknown[]).map(sortedJson).sort().join(",")}]`]);
    } else if (key === "content") {
      const text = slowRecord(value as object, new Set());
      if (text !== "{}") members.push([key, text]);
    } else members.push([key, sortedJson(value)]);
  }
  return `{${members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(",")}}`;
}

function slowObject({ uid, zones, events }: Pick<CalendarObject, "uid" | "zones"> & { events: readonly object[] }): string {
  const zoneText = zones === undefined || zones.length === 0 ? "" : `,"zones":[${zones.map(sortedJson).sort().join(",")}]`;
  return `{"events":[${events.map((event) => slowRecord(event, silent)).sort().join(",")}],"uid":${JSON.stringify(uid)}${zoneText}}`;
}

function slowPart(object: CalendarObject, belongs: (key: string) => boolean): string | null {
  const pick = (content: EventContent): object => Object.fromEntries(Object.entries(content).filter(([key]) => belongs(key)));
  const some = object.events.some(({ content }) => Object.values(pick(content ?? {})).some((value) => value !== undefined));
  if (!some) return null;
  return slowObject({ uid: "", events: object.events.map(({ recurrenceId, content }) => ({ recurrenceId, content: pick(content ?? {}) })) });
}

function expectSame(object: CalendarObject): void {
  expect(canonicalObject(object)).toBe(slowObject(object));
  const events = object.events.map(({ content: _content, sequence: _sequence, ...timing }) => timing);
  expect(canonicalParts(object)).toEqual({
    times: slowObject({ ...object, events }),
    titles: slowPart(object, (key) => key === "title"),
    others: slowPart(object, (key) => key !== "title" && key !== "description"),
    descriptions: slowPart(object, (key) => key === "description"),
  });
}

const text = fc.string({ unit: "binary", maxLength: 12 });
const time = fc.oneof(
  fc.record({ kind: fc.constantFrom("date", "utc", "floating"), value: text }),
  fc.record({ kind: fc.constant("zoned"), zone: fc.option(text), tzid: text, value: text }),
);
const duration = fc.record({ seconds: fc.integer(), days: fc.integer() });
const person = fc.record({ name: text, address: text }, { requiredKeys: ["address"] });
const few = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(value, { maxLength: 3 });
const attendee = fc.record(
  { rsvp: fc.constant(true), kind: text, role: text, participation: text, name: text, address: text },
  { requiredKeys: ["participation", "address"] },
);
const content = fc.record(
  {
    title: text, description: text, location: text, position: fc.record({ longitude: fc.double(), latitude: fc.double() }), organizer: person,
    attendees: few(attendee), categories: few(text), color: text, url: text, conferenceUrl: text,
  },
  { requiredKeys: [] },
);
const event = fc.record(
  {
    uid: text, created: text, lastModified: text, recurrenceId: time, thisAndFuture: fc.boolean(), start: time, end: time, duration,
    rules: few(text), exclusionRules: few(text), excludedTimes: few(time), status: text, transparent: fc.boolean(), showAs: text,
    additionalTimes: few(fc.record({ start: time, end: time, duration }, { requiredKeys: ["start"] })),
    participation: text, visibility: text, sequence: fc.nat(), content: fc.option(content, { nil: undefined }),
  },
  { requiredKeys: ["uid", "start", "status", "transparent", "visibility"] },
) as unknown as fc.Arbitrary<CalendarEvent>;
const zone = fc.record({ tzid: text, observances: few(fc.record({ start: text, offsetTo: fc.integer(), offsetFrom: fc.integer() })) });

describe("the canonical text", () => {
  test("is sorted JSON, whole and in parts", () => {
    const object = fc.record(
      { remoteKey: text, revision: text, uid: text, events: fc.array(event, { minLength: 1, maxLength: 3 }), zones: few(zone) },
      { requiredKeys: ["remoteKey", "revision", "uid", "events"] },
    );
    fc.assert(fc.property(object, expectSame), { numRuns: 500 });
  });

  test("the same for the shared corpus", (context) => {
    const corpus = sharedJson<Corpus>("recurrence/corpus-shared.json");
    if (corpus === null) return context.skip("the shared recurrence corpus is absent");
    const objects = corpus.cases.flatMap((entry) => (entry.kind === "event" ? parseCalendar(textOf(entry), { remoteKey: "k", revision: null }).objects : []));
    expect(objects.length).toBeGreaterThan(10);
    for (const one of objects) expectSame(one);
  });
});
