import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CalendarEvent, CalendarObject, EventTime, ZoneDefinition } from "@kalends/model";
import { canonicalObject, localToUtc, parseCalendar, writeCalendar } from "../src/index.ts";
import { customZone } from "../src/zones/custom-zone.ts";
import { describeZone } from "../src/zones/describe-zone.ts";
import { ianaZoneTable } from "../src/zones/iana-zone.ts";
import { offsetAtUtc } from "../src/zones/zone-table.ts";
import { zoneTransitions } from "../src/zones/zone-transitions.ts";
import { sharedJson } from "./shared-data.ts";
import { textOf, type Corpus } from "./corpus.ts";

const read = (text: string): CalendarObject[] => parseCalendar(text, { remoteKey: "k", revision: "r" }).objects;
const zoned = (value: string, zone: string | null, tzid: string): EventTime => ({ kind: "zoned", value, zone, tzid });

function objectOf(event: Partial<CalendarEvent> & { start: EventTime }, zones?: ZoneDefinition[]): CalendarObject {
  const uid = event.uid ?? "u";
  return {
    remoteKey: "k",
    revision: "r",
    uid,
    events: [{ uid, status: "confirmed", transparent: false, visibility: "public", ...event }],
    ...(zones === undefined ? {} : { zones }),
  };
}

const word = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 60 })
  .map((text) => text.replace(/[\u0000-\u001f\u007f\ufffd\ufeff]|[\ud800-\udfff](?![\udc00-\udfff])/g, ""))
  .filter((text) => text.trim() !== "");
const person = fc.record({ address: fc.constantFrom("a@example.test", "b@example.test"), name: word.map((text) => text.trim()) });
const time: fc.Arbitrary<EventTime> = fc.oneof(
  fc.constant<EventTime>({ kind: "utc", value: "2026-03-01T10:00:00" }),
  fc.constant<EventTime>({ kind: "floating", value: "2026-03-01T10:00:00" }),
  fc.constant<EventTime>({ kind: "date", value: "2026-03-01" }),
  fc
    .constantFrom(
      ["Europe/Berlin", "Europe/Berlin"],
      ["Europe/Berlin", "W. Europe Standard Time"],
      ["America/New_York", "/mozilla.org/20050126_1/America/New_York"],
    )
    .map(([zone, tzid]) => zoned("2026-03-01T10:00:00", zone as string, tzid as string)),
);
const anyEvent: fc.Arbitrary<CalendarEvent> = fc.record(
  {
    uid: fc.constant("u"),
    start: time,
    duration: fc.record({ days: fc.integer({ min: 0, max: 40 }), seconds: fc.integer({ min: 0, max: 90_000 }) }),
    rules: fc.constant(["FREQ=DAILY;COUNT=4"]),
    excludedTimes: fc.array(time, { minLength: 1, maxLength: 5 }),
    additionalTimes: fc.array(
      fc.oneof(
        time.map((start) => ({ start })),
        fc.constant({ start: { kind: "utc", value: "2026-03-03T10:00:00" } as EventTime, duration: { days: 0, seconds: 60 } }),
      ),
      { minLength: 1, maxLength: 4 },
    ),
    status: fc.constantFrom("confirmed", "tentative", "cancelled"),
    transparent: fc.boolean(),
    visibility: fc.constantFrom("public", "private", "confidential"),
    showAs: fc.constantFrom("busy", "tentative", "out-of-office", "working-elsewhere", "free"),
    sequence: fc.nat(1000),
    content: fc.record(
      {
        title: word,
        description: word,
        location: word,
        position: fc.constant({ latitude: -1.5, longitude: 120.25 }),
        categories: fc.array(
          word.map((text) => text.trim()),
          { minLength: 1, maxLength: 3 },
        ),
        url: fc.constant("https://example.test/?a=1,2;b"),
        organizer: person,
        attendees: fc.array(
          person.map((one) => ({ ...one, participation: "accepted" as const, role: "optional" as const })),
          { minLength: 1, maxLength: 3 },
        ),
      },
      { requiredKeys: ["title"] },
    ),
  },
  { requiredKeys: ["uid", "start", "status", "transparent", "visibility"] },
) as fc.Arbitrary<CalendarEvent>;

describe("writing calendar text", () => {
  test("what is written is read back the same, and twice the same text", () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const object = objectOf(event);
        const text = writeCalendar([object]);
        const [again] = read(text);
        expect(canonicalObject(again as CalendarObject)).toBe(canonicalObject(object));
        expect(again?.warnings).toBeUndefined();
        expect(writeCalendar([again as CalendarObject])).toBe(text);
        for (const line of text.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
      }),
      { numRuns: 150 },
    );
  });

  test("the events of the shared corpus survive being written", (context) => {
    const corpus = sharedJson<Corpus>("recurrence/corpus-shared.json");
    if (corpus === null) context.skip("the shared recurrence corpus is absent");
    for (const entry of corpus?.cases ?? []) {
      if (entry.kind !== "event") continue;
      const objects = read(textOf(entry));
      expect(read(writeCalendar(objects)).map(canonicalObject), entry.name).toEqual(objects.map(canonicalObject));
    }
  });

  test("text cannot break out of its property", () => {
    const hostile = "x\r\nATTENDEE:mailto:evil@example.test\nEND:VEVENT";
    const object = objectOf({
      uid: hostile,
      start: { kind: "utc", value: "2026-03-01T10:00:00" },
      content: {
        title: hostile,
        url: `https://example.test/${hostile}`,
        attendees: [{ address: hostile, name: hostile, participation: "accepted" }],
      },
    });
    const [again] = read(writeCalendar([object]));
    expect(again?.events).toHaveLength(1);
    expect(again?.events[0]?.content?.attendees).toHaveLength(1);
    expect(again?.events[0]?.content?.title).toBe(hostile.replace("\r\n", "\n"));
  });

  test.each([
    "Europe/Berlin",
    "America/New_York",
    "Africa/Casablanca",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Tehran",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Europe/Dublin",
  ])("the VTIMEZONE of %s says the same as the zone itself, for a finite and an endless need", (id) => {
    const zone = ianaZoneTable(id);
    for (const endless of [false, true]) {
      const table = customZone(describeZone(id, id, 2005, 2030, endless));
      const from = Date.UTC(2005, 0, 2) / 1000;
      const to = Date.UTC(endless ? 2046 : 2030, 11, 30) / 1000;
      for (const { utc } of zoneTransitions(zone, from, to))
        for (const at of [utc - 1, utc]) expect(offsetAtUtc(table!, at), `${id} ${endless} ${at}`).toBe(offsetAtUtc(zone, at));
      for (let at = from; at < to; at += 86_400 * 11) expect(offsetAtUtc(table!, at)).toBe(offsetAtUtc(zone, at));
      // A regular zone goes on for ever; an irregular one keeps its last offset.
      const far = Date.UTC(2090, 6, 1) / 1000;
      if (endless && (id === "Europe/Berlin" || id === "America/New_York" || id === "Australia/Lord_Howe"))
        expect(offsetAtUtc(table!, far)).toBe(offsetAtUtc(zone, far));
    }
  });

  test("two objects that define one TZID differently keep their own zones", () => {
    const definition = (offsetTo: number): ZoneDefinition => ({
      tzid: "Mine",
      observances: [{ start: "1970-01-01T00:00:00", offsetFrom: 0, offsetTo }],
    });
    const objects = [3600, 7200].map((offset, i) =>
      objectOf({ uid: `u${i}`, start: zoned("2026-03-01T10:00:00", null, "Mine") }, [definition(offset)]),
    );
    const again = read(writeCalendar(objects));
    expect(again.map((object) => object.zones?.[0]?.observances[0]?.offsetTo)).toEqual([3600, 7200]);
    expect(again.map((object) => (object.events[0]?.start as { tzid: string }).tzid)).toEqual(["Mine", "Mine (2)"]);
  });

  test("a zone that only X-LIC-LOCATION explains keeps its IANA zone", () => {
    const object = objectOf({ start: zoned("2026-07-01T10:00:00", "Europe/Berlin", "Our office") });
    expect(read(writeCalendar([object]))[0]?.events[0]?.start).toEqual(object.events[0]?.start);
    expect(localToUtc("Europe/Berlin", "2026-07-01T10:00:00")).toBe(Date.parse("2026-07-01T08:00:00Z"));
  });
});

describe("canonical text", () => {
  const base = objectOf({
    start: { kind: "utc", value: "2026-03-01T10:00:00" },
    excludedTimes: [
      { kind: "utc", value: "2026-03-02T10:00:00" },
      { kind: "utc", value: "2026-03-03T10:00:00" },
    ],
    content: {
      title: "a",
      attendees: [
        { address: "a@x", participation: "accepted" },
        { address: "b@x", participation: "declined" },
      ],
    },
  });
  const [event] = base.events as [CalendarEvent];

  test("does not see order, revision, warnings and dates of change", () => {
    const { start, ...rest } = event;
    const shuffled: CalendarObject = {
      ...base,
      remoteKey: "other",
      revision: null,
      warnings: [{ code: "x", message: "y" }],
      events: [
        {
          ...rest,
          start,
          lastModified: "2026-01-01T00:00:00Z",
          excludedTimes: event.excludedTimes!.toReversed(),
          content: { attendees: event.content!.attendees!.toReversed(), title: "a" },
        },
      ],
    };
    expect(canonicalObject(shuffled)).toBe(canonicalObject(base));
  });

  test.each<[string, Partial<CalendarEvent>]>([
    ["title", { content: { ...event.content, title: "b" } }],
    [
      "an answer",
      {
        content: {
          ...event.content,
          attendees: [
            { address: "a@x", participation: "declined" },
            { address: "b@x", participation: "declined" },
          ],
        },
      },
    ],
    ["an exclusion", { excludedTimes: event.excludedTimes!.slice(1) }],
    ["transparency", { transparent: true }],
    ["start", { start: { kind: "utc", value: "2026-03-01T10:00:01" } }],
    ["participation", { participation: "declined" }],
  ])("sees a change of %s", (_name, change) => {
    expect(canonicalObject({ ...base, events: [{ ...event, ...change }] })).not.toBe(canonicalObject(base));
  });
});
