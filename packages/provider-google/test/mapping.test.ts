import { describe, expect, test } from "vitest";
import { busyKindOf } from "@kalends/availability";
import type { CalendarEvent } from "@kalends/model";
import { typeMeanings } from "@kalends/provider-google";
import { pullObjects, pullPass, scriptedGoogle } from "./scripted-google.ts";

const base = {
  id: "one",
  etag: '"1"',
  status: "confirmed",
  iCalUID: "one@google.com",
  start: { dateTime: "2026-12-01T09:00:00+01:00", timeZone: "Europe/Berlin" },
  end: { dateTime: "2026-12-01T10:00:00+01:00", timeZone: "Europe/Berlin" },
};

async function read(...items: object[]): Promise<CalendarEvent[]> {
  const { provider } = scriptedGoogle(() => ({ json: { items, nextSyncToken: "s", timeZone: "Europe/Berlin" } }));
  return (await pullObjects(provider)).flatMap(({ events }) => events);
}

async function readOne(more: object): Promise<CalendarEvent> {
  const [event] = await read({ ...base, ...more });
  if (event === undefined) throw new Error("The event was not read");
  return event;
}

const self = (responseStatus: string): object => ({ attendees: [{ email: "ada@example.com", self: true, responseStatus }, { email: "bob@example.com", responseStatus: "accepted" }] });

describe("what an event means for free-busy", () => {
  test.each([
    [{}, "busy"],
    [{ transparency: "transparent" }, null],
    [{ transparency: "opaque" }, "busy"],
    [{ status: "tentative" }, "tentative"],
    [self("accepted"), "busy"],
    [self("declined"), null],
    [self("needsAction"), "tentative"],
    [self("tentative"), "tentative"],
    [{ eventType: "default" }, "busy"],
    [{ eventType: "fromGmail" }, "busy"],
    [{ eventType: "fromGmail", transparency: "transparent" }, null],
    [{ eventType: "outOfOffice" }, "out-of-office"],
    [{ eventType: "outOfOffice", ...self("declined") }, null],
    [{ eventType: "focusTime" }, "busy"],
    [{ eventType: "focusTime", transparency: "transparent" }, null],
    [{ eventType: "workingLocation" }, null],
    [{ eventType: "birthday" }, null],
    [{ eventType: "someDay" }, "busy"],
    [{ visibility: "private" }, "busy"],
    [{ visibility: "confidential" }, "busy"],
  ])("%j is %s", async (more, kind) => {
    expect(busyKindOf(await readOne(more))).toBe(kind);
  });

  test("every kind that Google documents has a meaning", () => {
    expect(typeMeanings.map(({ eventType }) => eventType).sort()).toEqual(["birthday", "default", "focusTime", "fromGmail", "outOfOffice", "workingLocation"]);
  });
});

describe("times", () => {
  test("an instant is read in the event's own zone; the second pass of a repeated hour stays the instant that it is", async () => {
    const at = (dateTime: string): object => ({ start: { dateTime, timeZone: "Europe/Berlin" }, end: { dateTime, timeZone: "Europe/Berlin" } });
    expect((await readOne(at("2026-12-01T03:00:00-05:00"))).start).toEqual({ kind: "zoned", value: "2026-12-01T09:00:00", zone: "Europe/Berlin", tzid: "Europe/Berlin" });
    expect((await readOne(at("2026-10-25T02:30:00+02:00"))).start).toMatchObject({ kind: "zoned", value: "2026-10-25T02:30:00" });
    expect((await readOne(at("2026-10-25T02:30:00+01:00"))).start).toEqual({ kind: "utc", value: "2026-10-25T01:30:00" });
  });

  test("without a zone it is an instant; in UTC too", async () => {
    const utc = { kind: "utc", value: "2026-12-01T08:00:00" };
    expect((await readOne({ start: { dateTime: "2026-12-01T09:00:00+01:00" } })).start).toEqual(utc);
    expect((await readOne({ start: { dateTime: "2026-12-01T09:00:00+01:00", timeZone: "UTC" } })).start).toEqual(utc);
  });

  test("a series without a zone takes the calendar's", async () => {
    const event = await readOne({ recurrence: ["RRULE:FREQ=DAILY"], start: { dateTime: "2026-12-01T09:00:00+01:00" }, end: { dateTime: "2026-12-01T10:00:00+01:00" } });
    expect(event.start).toMatchObject({ kind: "zoned", value: "2026-12-01T09:00:00", zone: "Europe/Berlin" });
  });

  test("an end that nobody set, or that lies before the start, is left out", async () => {
    expect((await readOne({ endTimeUnspecified: true })).end).toBeUndefined();
    expect((await readOne({ end: { dateTime: "2026-11-30T10:00:00+01:00", timeZone: "Europe/Berlin" } })).end).toBeUndefined();
  });

  test.each([
    ["no start", { start: undefined }],
    ["a date and a time", { start: { date: "2026-12-01", dateTime: "2026-12-02T09:00:00Z" } }],
    ["a date that ends at a time", { start: { date: "2026-12-01" } }],
    ["the 30th of February", { start: { date: "2026-02-30" } }],
    ["hour 25", { start: { dateTime: "2026-12-01T25:00:00Z" } }],
    ["a number", { start: { dateTime: 9_007_199_254_740_992 } }],
    ["an offset of 99 hours", { start: { dateTime: "2026-12-01T09:00:00+99:00" } }],
    ["an instance without an original start", { recurringEventId: "series" }],
  ])("%s is set aside, and the others are read", async (_what, more) => {
    const { provider } = scriptedGoogle(() => ({ json: { items: [{ ...base, ...more, id: "bad" }, base], nextSyncToken: "s" } }));
    const pages = await pullPass(provider);
    expect(pages.flatMap(({ objects }) => objects).map(({ remoteKey }) => remoteKey)).toEqual(["one"]);
    expect(pages.flatMap(({ quarantined }) => quarantined)).toMatchObject([{ code: "object-invalid", reason: expect.stringMatching(/\w/) as string }]);
  });
});

test("everything that an event says", async () => {
  const event = await readOne({
    summary: "Review",
    description: "Bring <b>numbers</b>",
    location: "Room 4",
    colorId: "11",
    sequence: 3,
    created: "2026-11-01T08:00:00.000Z",
    updated: "2026-11-02T08:00:00.123Z",
    visibility: "private",
    source: { url: "https://example.test/ticket", title: "Ticket" },
    conferenceData: { entryPoints: [{ entryPointType: "phone", uri: "tel:+49" }, { entryPointType: "video", uri: "https://meet.example.test/x" }] },
    organizer: { email: "Bob@Example.com", displayName: "Bob" },
    attendees: [
      { email: "Bob@Example.com", displayName: "Bob", organizer: true, responseStatus: "accepted" },
      { email: "ada@example.com", self: true, optional: true, responseStatus: "tentative" },
      { email: "room@resource.example.com", resource: true, responseStatus: "accepted" },
      "nobody",
      { displayName: "without an address" },
    ],
    extendedProperties: { private: { kalendsUid: "our-uid" } },
  });
  expect(event).toEqual({
    uid: "our-uid",
    start: { kind: "zoned", value: "2026-12-01T09:00:00", zone: "Europe/Berlin", tzid: "Europe/Berlin" },
    end: { kind: "zoned", value: "2026-12-01T10:00:00", zone: "Europe/Berlin", tzid: "Europe/Berlin" },
    status: "confirmed",
    transparent: false,
    participation: "tentative",
    visibility: "private",
    sequence: 3,
    created: "2026-11-01T08:00:00.000Z",
    lastModified: "2026-11-02T08:00:00.123Z",
    content: {
      title: "Review",
      description: "Bring <b>numbers</b>",
      location: "Room 4",
      color: "#dc2127",
      url: "https://example.test/ticket",
      conferenceUrl: "https://meet.example.test/x",
      organizer: { address: "bob@example.com", name: "Bob" },
      attendees: [
        { address: "bob@example.com", name: "Bob", participation: "accepted" },
        { address: "ada@example.com", participation: "tentative", role: "optional" },
        { address: "room@resource.example.com", participation: "accepted", kind: "resource" },
      ],
    },
  });
});

test("a series: rules, EXDATEs, cancelled and changed instances", async () => {
  const zone = "Europe/Berlin";
  const at = (day: string, hour = "09"): object => ({ dateTime: `2026-12-${day}T${hour}:00:00+01:00`, timeZone: zone });
  const master = { ...base, recurrence: ["RRULE:FREQ=DAILY;COUNT=9", "EXDATE;TZID=Europe/Berlin:20261203T090000", "X-OTHER:1"] };
  const part = (day: string, more: object): object => ({ id: `one_${day}`, recurringEventId: "one", originalStartTime: at(day), iCalUID: "one@google.com", ...more });
  const [object] = await read(part("04", { status: "cancelled" }), master, part("05", { start: { date: "2026-12-05" }, end: { date: "2026-12-06" }, status: "confirmed" }));
  const wall = (day: string): object => ({ kind: "zoned", value: `2026-12-${day}T09:00:00`, zone, tzid: zone });
  expect(object).toMatchObject({ rules: ["FREQ=DAILY;COUNT=9"], excludedTimes: [wall("03"), wall("04")] });
  const events = await read(part("04", { status: "cancelled" }), master, part("05", { start: { date: "2026-12-05" }, end: { date: "2026-12-06" }, status: "confirmed" }));
  expect(events[1]).toMatchObject({ recurrenceId: wall("05"), start: { kind: "date", value: "2026-12-05" } });
});
