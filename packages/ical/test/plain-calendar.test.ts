import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KalendsError } from "@kalends/model";
import { parseCalendar, type ParseOptions } from "../src/index.ts";
import { defaultParseLimits } from "../src/text/parse-limits.ts";
import { readWhole } from "../src/text/parse-calendar.ts";
import { readPlainCalendar } from "../src/text/plain-calendar.ts";
import { textOf, type Corpus } from "./corpus.ts";
import { sharedBytes, sharedJson } from "./shared-data.ts";

const own = ["me@example.test"];

function outcome(read: () => unknown): unknown {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof KalendsError)) throw thrown;
    return [thrown.code, thrown.message];
  }
}

/** Reads a text both ways, and tells whether the short one took it. */
function readTwice(text: string, more: Partial<ParseOptions> = {}): boolean {
  const options: ParseOptions = { remoteKey: "k", revision: "r", ownAddresses: own, ...more };
  const around = { limits: { ...defaultParseLimits, ...more.limits }, ownAddresses: new Set(own) };
  const whole = outcome(() => readWhole(text, options, around));
  expect(outcome(() => parseCalendar(text, options))).toStrictEqual(whole);
  return readPlainCalendar(text, { ...around, remoteKey: "k", revision: "r" }) !== null;
}

const zone = (id: string): string[] => [
  "BEGIN:VTIMEZONE", `TZID:${id}`, "BEGIN:STANDARD", "DTSTART:19701101T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100",
  "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "END:STANDARD", "END:VTIMEZONE",
];
const alarm = ["BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M", "END:VALARM"];
const usual = ["UID:one@example.test", "DTSTAMP:20260101T000000Z", "DTSTART;TZID=Europe/Berlin:20260105T090000"];

function calendar(lines: readonly string[], zones: readonly string[] = zone("Europe/Berlin")): string {
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", ...zones, "BEGIN:VEVENT", ...usual, ...lines, "END:VEVENT", "END:VCALENDAR", ""].join("\r\n");
}

/** Lines that stand in events, usual ones and such as are not. */
const someLines: readonly (readonly string[])[] = [
  ["DTEND;TZID=Europe/Berlin:20260105T100000"], ["DTEND:20260105T100000Z"], ["DTEND;TZID=Europe/Berlin:20250105T100000"], ["DURATION:PT1H"], ["DTEND:nonsense"],
  ["SUMMARY:Plan\\, then\\; build\\nnow\\Nand \\\\o/ \\"], ["SUMMARY:"], ["SUMMARY;LANGUAGE=en:x"], ["DESCRIPTION:a line that is fol", " ded once", "\tand again"],
  ["LOCATION:Room 1", ""], ["GEO:52.5;13.4"], ["GEO:far away"], ["CATEGORIES:A,B\\,C"], ["CATEGORIES:D"], ["COLOR:red"], ["URL:https://example.test/e"], ["URL:javascript:x"],
  ['ORGANIZER;CN="Boss; the":MAILTO:Boss@Example.test'], ["ATTENDEE;CN=Dot ^'Q^' ^n X;PARTSTAT=ACCEPTED;ROLE=CHAIR;CUTYPE=ROOM;RSVP=TRUE:mailto:dot@example.test"],
  ["ATTENDEE;PARTSTAT=DECLINED;PARTSTAT=ACCEPTED:mailto:Me@example.test"], ['ATTENDEE;MEMBER="mailto:a@x","mailto:b@x";cn=low:mailto:c@x'], ["ATTENDEE;CN=open:"],
  ['ATTENDEE;CN="open:mailto:x@y'], ["ATTENDEE;CN:mailto:x@y"], ["ATTENDEE;CN=a=b:mailto:x@y"], ["ATTENDEE:mailto:"], ["STATUS:CANCELLED"], ["STATUS:MAYBE"], ["TRANSP:TRANSPARENT"],
  ["CLASS:PRIVATE"], ["CLASS:SECRET"], ["SEQUENCE:3"], ["SEQUENCE:-3"], ["CREATED:20250101T000000Z"], ["CREATED:20250101"], ["LAST-MODIFIED:20250230T000000Z"],
  ["RRULE:FREQ=WEEKLY;COUNT=10"], ["RRULE:FREQ=SOMETIMES"], ["RRULE:FREQ=DAILY;COUNT=2;COUNT=3"], ["EXDATE;TZID=Europe/Berlin:20260112T090000,20260119T090000"],
  ["EXDATE;TZID=Mars/Base:20260112T090000"], ["RDATE;VALUE=PERIOD:20260112T090000Z/PT30M"], ["RDATE:,"], ["RECURRENCE-ID:20260105T080000Z"], ["RECURRENCE-ID;RANGE=SOON:20260105T080000Z"],
  ["X-OWN;A=b:kept by nobody"], ["X-MICROSOFT-CDO-BUSYSTATUS:OOF"], ["UNREGISTERED:x"], ["ATTACH:https://example.test/file"], ["summary:small"], ["no property at all"], [" a lone fold"], [""],
  ["UID:two"], ["DTSTART:20260101T000000Z"], ["UID:"], ["END:VEVENT", "BEGIN:VEVENT"], ["END:VEVENT", "END:VCALENDAR"], ["END:VEVENT", ...zone("Asia/Tokyo"), "BEGIN:VEVENT"],
  ["BEGIN:VTODO", "END:VTODO"], ["END:VALARM"], alarm, ["BEGIN:VALARM", "SUMMARY:not the event's", "no property", "END:VALARM"],
  ["BEGIN:VALARM", "BEGIN:VLOCATION", "END:VLOCATION", "END:VALARM"], ["BEGIN:VALARM"], ["X-LONG-NAME-THAT-GOES-ON-AND-ON-AND-ON-AND-ON-AND-ON-AND-ON-FOR-EVER-AND-EVER:x"],
  ["DTSTART;VALUE=DATE:20260105"], ["SUMMARY:bytes \ufffd lost"], ["SUMMARY:\u{1f600} caf\u00e9"], ["DESCRIPTION:with a bare\rreturn"],
];
const someZones: readonly (readonly string[])[] = [
  [], zone("Europe/Berlin"), zone("Europe/Berlin"), zone("W. Europe Standard Time"), zone("Mars/Base"), zone(""), [...zone("Europe/Berlin"), ...zone("Asia/Tokyo")],
  ["BEGIN:VTIMEZONE", "BEGIN:STANDARD", "DTSTART:x", "no property", "END:STANDARD", "TZID:Europe/Berlin", "END:VTIMEZONE"],
  ["BEGIN:VTIMEZONE", "TZID:Europe/Berlin", "BEGIN:DAYLIGHT", "END:VTIMEZONE"], ["BEGIN:VTIMEZONE", "TZID:Europe/Berlin", "END:VTIMEZONE", " folded"],
  ["BEGIN:VTIMEZONE", "TZID:Mars/Base", "X-LIC-LOCATION:Europe/Berlin", "END:VTIMEZONE"],
];

/** Ends, folds and damages of the kinds that happen on the way. */
const damage = fc.oneof(
  { weight: 6, arbitrary: fc.constant((text: string) => text) },
  fc.constant((text: string) => text.replaceAll("\r\n", "\n")),
  fc.constant((text: string) => text.replaceAll("\r\n", "\r")),
  fc.constant((text: string) => `\ufeff${text}`),
  fc.constant((text: string) => `${text}\r\n \r\n`),
  fc.constant((text: string) => text.replace(/^(.{40})(.)/gm, "$1\r\n $2")),
  fc.nat(2_000).map((at) => (text: string) => text.slice(0, at)),
  fc.tuple(fc.nat(1_000), fc.constantFrom("\r\n ", "\r\n", "\n", "\r", ":", ";", '"', "=", " ", "", "END:VEVENT")).map(
    ([at, piece]) => (text: string) => text.slice(0, at) + piece + text.slice(at + 1),
  ),
);
const limits = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  fc.record(
    {
      maxProperties: fc.constantFrom(1, 3, 99, 100, 101), maxDepth: fc.constantFrom(1, 2, 3), maxWarnings: fc.constantFrom(0, 1), maxListEntries: fc.constantFrom(0, 1),
      maxLineCharacters: fc.constantFrom(20, 60), maxDates: fc.constantFrom(0, 1), maxRules: fc.constantFrom(0, 1), maxEventsPerUid: fc.constantFrom(0, 1), maxUidBytes: fc.constantFrom(0, 3, 30),
    },
    { requiredKeys: [] },
  ),
);

describe("the short way of reading", () => {
  test("gives what the whole reader gives, of whatever text", () => {
    let plain = 0;
    let all = 0;
    fc.assert(
      fc.property(fc.constantFrom(...someZones), fc.array(fc.constantFrom(...someLines), { maxLength: 6 }), damage, limits, (zones, lines, harm, tight) => {
        all += 1;
        if (readTwice(harm(calendar(lines.flat(), zones)), { limits: tight })) plain += 1;
      }),
      { numRuns: 3_000 },
    );
    // Both ways are taken often enough to say something.
    expect(plain).toBeGreaterThan(all / 20);
    expect(plain).toBeLessThan(all * 0.9);
  });

  test("takes what calendars are full of", () => {
    const each = someLines.slice(0, 1).flat();
    const full = [...each, "SUMMARY:Plan\\, then", "DESCRIPTION:a line that is fol", " ded", "ORGANIZER;CN=Boss:mailto:boss@example.test", "STATUS:CONFIRMED",
      "ATTENDEE;CN=A;PARTSTAT=ACCEPTED:mailto:me@example.test", "X-OWN:x", "RRULE:FREQ=WEEKLY", "EXDATE;TZID=Europe/Berlin:20260112T090000", ...alarm];
    expect(readTwice(calendar(full))).toBe(true);
    expect(readTwice(calendar(full).replaceAll("\r\n", "\n"))).toBe(true);
    expect(readTwice(calendar(full, []))).toBe(true);
  });

  test("the same for hostile files", (context) => {
    const manifest = sharedJson<{ files: { file: string; gzip?: string }[] }>("bad-ics/manifest.json");
    if (manifest === null) return context.skip("the shared hostile inputs are absent");
    for (const { file } of manifest.files.filter(({ gzip }) => gzip === undefined)) {
      readTwice(new TextDecoder().decode(sharedBytes(`bad-ics/files/${file}`) ?? new Uint8Array()));
    }
  });

  test("the same for the shared corpus", (context) => {
    const corpus = sharedJson<Corpus>("recurrence/corpus-shared.json");
    if (corpus === null) return context.skip("the shared recurrence corpus is absent");
    for (const entry of corpus.cases) if (entry.kind === "event") readTwice(textOf(entry));
  });
});
