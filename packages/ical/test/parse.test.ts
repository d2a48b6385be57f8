import { describe, expect, test } from "vitest";
import { parseCalendar, type ParseOptions } from "../src/index.ts";

const options: ParseOptions = { remoteKey: "/cal/a.ics", revision: '"1"' };

function calendar(...lines: string[]): string {
  return ["BEGIN:VCALENDAR", "VERSION:2.0", ...lines, "END:VCALENDAR", ""].join("\r\n");
}

function event(...lines: string[]): string {
  return calendar("BEGIN:VEVENT", "UID:one", "DTSTART:20260105T090000Z", ...lines, "END:VEVENT");
}

const only = (text: string, more: Partial<ParseOptions> = {}) => {
  const { objects, warnings } = parseCalendar(text, { ...options, ...more });
  return { event: objects[0]?.events[0], warnings: warnings.map((warning) => warning.code), object: objects[0] };
};

describe("reading calendar text", () => {
  test("every field of an event", () => {
    const { object, warnings } = only(
      calendar(
        "BEGIN:VEVENT",
        "UID:x@example.test",
        "DTSTAMP:20260101T000000Z",
        'DTSTART;TZID="Europe/Berlin":20260105T090000',
        "DTEND;TZID=Europe/Berlin:20260105T100000",
        "RRULE:FREQ=WEEKLY;COUNT=10",
        "EXRULE:FREQ=MONTHLY",
        "RDATE;TZID=Europe/Berlin:20260110T090000,20260111T090000",
        "RDATE;VALUE=PERIOD:20260112T090000Z/PT30M,20260113T090000Z/20260113T093000Z",
        "EXDATE;TZID=Europe/Berlin:20260112T090000",
        "EXDATE;VALUE=DATE:20260119",
        "STATUS:TENTATIVE",
        "TRANSP:TRANSPARENT",
        "CLASS:CONFIDENTIAL",
        "X-MICROSOFT-CDO-BUSYSTATUS:OOF",
        "SEQUENCE:3",
        "CREATED:20250101T000000Z",
        "LAST-MODIFIED:20250102T030405Z",
        "SUMMARY;LANGUAGE=en:Plan\\, then\\; build\\nnow \\\\o/",
        "DESCRIPTION:a line that is fol",
        " ded in the middle of a word and ends wi",
        "\tth a tab",
        "LOCATION:Room 1",
        "GEO:52.5;13.4",
        "CATEGORIES:A,B\\,C",
        "CATEGORIES:D",
        "COLOR:turquoise",
        "URL:https://example.test/e",
        "CONFERENCE;VALUE=URI;FEATURE=VIDEO:https://meet.example.test/1",
        'ORGANIZER;CN="Boss; the":MAILTO:Boss@Example.test',
        "ATTENDEE;CN=Dot ^'Q^' ^n X;PARTSTAT=ACCEPTED;ROLE=CHAIR;CUTYPE=INDIVIDUAL:mailto:dot@example.test",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:Me@example.test",
        "ATTENDEE;EMAIL=room@example.test;CUTYPE=ROOM:urn:uuid:1-2",
        "ATTACH:https://example.test/file",
        "BEGIN:VALARM",
        "SUMMARY:not the event's",
        "TRIGGER:-PT5M",
        "END:VALARM",
        "END:VEVENT",
      ),
      { ownAddresses: ["mailto:me@EXAMPLE.test"] },
    );
    const berlin = (value: string) => ({ kind: "zoned", value, zone: "Europe/Berlin", tzid: "Europe/Berlin" });
    const utc = (value: string) => ({ kind: "utc", value });
    expect(warnings).toEqual([]);
    expect(object).toEqual({
      remoteKey: "/cal/a.ics",
      revision: '"1"',
      uid: "x@example.test",
      events: [
        {
          uid: "x@example.test",
          start: berlin("2026-01-05T09:00:00"),
          end: berlin("2026-01-05T10:00:00"),
          rules: ["FREQ=WEEKLY;COUNT=10"],
          exclusionRules: ["FREQ=MONTHLY"],
          additionalTimes: [
            { start: berlin("2026-01-10T09:00:00") },
            { start: berlin("2026-01-11T09:00:00") },
            { start: utc("2026-01-12T09:00:00"), duration: { days: 0, seconds: 1800 } },
            { start: utc("2026-01-13T09:00:00"), end: utc("2026-01-13T09:30:00") },
          ],
          excludedTimes: [berlin("2026-01-12T09:00:00"), { kind: "date", value: "2026-01-19" }],
          status: "tentative",
          transparent: true,
          visibility: "confidential",
          showAs: "out-of-office",
          participation: "declined",
          sequence: 3,
          created: "2025-01-01T00:00:00Z",
          lastModified: "2025-01-02T03:04:05Z",
          content: {
            title: "Plan, then; build\nnow \\o/",
            description: "a line that is folded in the middle of a word and ends with a tab",
            location: "Room 1",
            position: { latitude: 52.5, longitude: 13.4 },
            categories: ["A", "B,C", "D"],
            color: "turquoise",
            url: "https://example.test/e",
            conferenceUrl: "https://meet.example.test/1",
            organizer: { address: "boss@example.test", name: "Boss; the" },
            attendees: [
              { address: "dot@example.test", name: 'Dot "Q" \n X', participation: "accepted", role: "chair", kind: "individual" },
              { address: "me@example.test", participation: "declined" },
              { address: "room@example.test", participation: "needs-action", kind: "room" },
            ],
          },
        },
      ],
    });
  });

  test("one object for each UID: master first, overrides by original start, over several VCALENDARs", () => {
    const part = (uid: string, ...lines: string[]): string[] => [
      "BEGIN:VEVENT",
      `UID:${uid}`,
      "DTSTART:20260105T090000Z",
      ...lines,
      "END:VEVENT",
    ];
    const text =
      calendar(
        ...part("a", "RECURRENCE-ID:20260107T090000Z"),
        ...part("b"),
        ...part("a", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260106T090000Z"),
      ) + calendar(...part("a", "RRULE:FREQ=DAILY"));
    const { objects } = parseCalendar(text, options);
    expect(objects.map((object) => object.uid)).toEqual(["a", "b"]);
    expect(objects[0]?.events.map((entry) => [entry.recurrenceId?.value, entry.thisAndFuture])).toEqual([
      [undefined, undefined],
      ["2026-01-06T09:00:00", true],
      ["2026-01-07T09:00:00", undefined],
    ]);
    expect(objects[0]).toMatchObject({ remoteKey: "/cal/a.ics", revision: '"1"' });
  });

  test.each([
    ["nothing", ""],
    ["an HTML page", "<!DOCTYPE html><html><body>Sign in</body></html>"],
    ["a cut calendar", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260101\r\nEND:VEVENT\r\n"],
    ["a calendar cut inside an event", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTA"],
    ["a second calendar that is cut", `${event()}BEGIN:VCALENDAR\r\n`],
    ["an event without UID", calendar("BEGIN:VEVENT", "DTSTART:20260101", "END:VEVENT")],
    ["an event with an empty UID", calendar("BEGIN:VEVENT", "UID:", "DTSTART:20260101", "END:VEVENT")],
    ["an event without DTSTART", calendar("BEGIN:VEVENT", "UID:a", "END:VEVENT")],
    ["an event that is not closed", calendar("BEGIN:VEVENT", "UID:a", "DTSTART:20260101")],
    ["30 February", event().replace("20260105T", "20260230T")],
    ["24 o'clock", event().replace("T090000", "T240000")],
    ["a DTEND that is no time", event("DTEND:later")],
    ["a RECURRENCE-ID that is no time", event("RECURRENCE-ID:soon")],
  ])("%s is object-invalid", (_name, text) => {
    expect(() => parseCalendar(text, options)).toThrow(expect.objectContaining({ name: "KalendsError", code: "object-invalid" }));
  });

  test("limits give object-too-large", () => {
    const tooLarge = expect.objectContaining({ code: "object-too-large" });
    expect(() => parseCalendar(event(), { ...options, limits: { maxCharacters: 10 } })).toThrow(tooLarge);
    expect(() => parseCalendar(event("EXDATE:20260101,20260102", "EXDATE:20260103"), { ...options, limits: { maxDates: 2 } })).toThrow(
      tooLarge,
    );
    expect(() => parseCalendar(event("EXDATE:20260101,20260102"), { ...options, limits: { maxLineCharacters: 20 } })).toThrow(tooLarge);
    expect(() => parseCalendar(event("RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"), { ...options, limits: { maxRules: 1 } })).toThrow(tooLarge);
    const shortened = only(event("DESCRIPTION:0123456789012345678901234567890"), { limits: { maxLineCharacters: 30 } });
    expect(shortened.event?.content).toBeUndefined();
    expect(shortened.warnings).toEqual(["value-ignored"]);
  });

  test("a broken event among good ones is named, the others are delivered", () => {
    const { objects, broken } = parseCalendar(
      calendar(
        "BEGIN:VEVENT",
        "DTSTART:x",
        "UID:bad",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "DTSTART:20260101",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:good",
        "DTSTART:20260101",
        "END:VEVENT",
      ),
      options,
    );
    expect(objects.map((object) => object.uid)).toEqual(["good"]);
    expect(broken.map((item) => [item.uid, item.code])).toEqual([
      [null, "object-invalid"],
      ["bad", "object-invalid"],
    ]);
  });

  test("a broken override leaves its series standing, a broken master does not leave its overrides", () => {
    const override = ["BEGIN:VEVENT", "UID:one", "RECURRENCE-ID:20260106T090000Z", "DTSTART:20260106T100000Z", "END:VEVENT"];
    const master = ["BEGIN:VEVENT", "UID:one", "DTSTART:20260105T090000Z", "RRULE:FREQ=DAILY", "END:VEVENT"];
    const spoilt = override.with(3, "DTSTART:x");
    const standing = parseCalendar(calendar(...master, ...spoilt), options);
    expect(standing.objects[0]?.events).toHaveLength(1);
    expect(standing.warnings.map((warning) => warning.code)).toEqual(["override-unreadable"]);
    expect(() => parseCalendar(calendar(...master.with(2, "DTSTART:x"), ...override), options)).toThrow(
      expect.objectContaining({ code: "object-invalid" }),
    );
  });

  test.each(["\r\n", "\n", "\r"])("line ends %j, a byte-order mark and empty lines make no difference", (end) => {
    const text = `\uFEFF${event("SUMMARY:a", "", " b").replaceAll("\r\n", end)}${end}${end}`;
    expect(only(text).event?.content?.title).toBe("a");
  });

  test("calendars without events are fine and empty", () => {
    expect(parseCalendar(calendar("BEGIN:VTODO", "UID:t", "END:VTODO"), options)).toEqual({ objects: [], broken: [], warnings: [] });
  });

  test("what cannot be used is ignored with a warning, never guessed", () => {
    expect(only(event("RRULE:FREQ=DAILY;BYMONTH=13"))).toMatchObject({ event: { uid: "one" }, warnings: ["rule-invalid"] });
    expect(only(event("RRULE:FREQ=DAILY;BYMONTH=13")).event?.rules).toBeUndefined();
    expect(only(event("RRULE:FREQ=WEEKLY;BYDAY=2MO"))).toMatchObject({
      event: { rules: ["FREQ=WEEKLY;BYDAY=2MO"] },
      warnings: ["rule-invalid"],
    });
    expect(only(event("DTEND:20260105T080000Z")).event?.end).toBeUndefined();
    expect(only(event("DURATION:-PT1H"))).toMatchObject({ warnings: ["value-ignored"] });
    expect(only(event("DTEND:20260105T100000Z", "DURATION:PT2H"))).toMatchObject({
      event: { end: { kind: "utc" } },
      warnings: ["value-ignored"],
    });
    expect(only(event("DTSTART:20270105T090000Z"))).toMatchObject({
      event: { start: { value: "2026-01-05T09:00:00" } },
      warnings: ["property-repeated"],
    });
    expect(only(event("STATUS:MAYBE", "CLASS:X-TOP"))).toMatchObject({ event: { status: "confirmed", visibility: "private" } });
    expect(only(event("URL:javascript:alert(1)", "ATTENDEE:data:text/html,x"))).toMatchObject({
      warnings: ["value-ignored", "value-ignored"],
    });
    expect(only(event("URL:javascript:alert(1)")).event?.content).toBeUndefined();
  });

  test("warnings and errors hold no event text", () => {
    const secret = "Zaubererbart";
    const text = event(
      `SUMMARY:${secret}`,
      `RRULE:FREQ=DAILY;${secret}=1`,
      `EXDATE:${secret}`,
      `${secret}:1`,
      `RDATE;TZID=${secret}:20260101T000000`,
      `${secret} lies loose`,
    );
    const { warnings } = parseCalendar(text, options);
    expect(warnings.length).toBeGreaterThanOrEqual(4);
    expect(JSON.stringify(warnings).toLowerCase()).not.toContain(secret.toLowerCase());
    try {
      parseCalendar(event(`DTEND:${secret}`), options);
      expect.unreachable();
    } catch (thrown) {
      expect(String(thrown)).not.toContain(secret);
    }
  });

  test("names of Object.prototype are names like any other", () => {
    const { object } = only(
      event("__proto__:1", "CONSTRUCTOR:2", "SUMMARY;__proto__=x;constructor=y:ok").replace("UID:one", "UID:__proto__"),
    );
    expect(object).toMatchObject({ uid: "__proto__", events: [{ content: { title: "ok" } }] });
  });
});
