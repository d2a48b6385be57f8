import fc from "fast-check";

/** Calendar files as common programs write them: their headers, folding, X- properties, alarms, odd parameters and line ends. */

const text = fc.oneof(
  fc.constantFrom("Standup", "Déjeuner d’équipe", "会議 \\, 一階\\; 東", "Review \\\\ plan\\nSecond line", "🎉 ".repeat(30), "x".repeat(200)),
  fc.string({ minLength: 1, maxLength: 60 }).map((value) => value.replace(/[\u0000-\u001f\u007f\\;,]/g, "_")),
);

const zone = fc.constantFrom("Europe/Berlin", "America/New_York", "W. Europe Standard Time", "/freeassociation.sourceforge.net/Europe/Kyiv", "Customized Time Zone");

const unknown = fc.constantFrom(
  "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC",
  'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-ADDRESS="Street 1\\nTown";X-APPLE-RADIUS=70;X-TITLE="A, b; c: d":geo:52.5,13.4',
  "X-MICROSOFT-CDO-BUSYSTATUS:OOF",
  "X-MICROSOFT-CDO-ALLDAYEVENT:FALSE",
  "X-MOZ-LASTACK:20260101T000000Z",
  "X-ALT-DESC;FMTTYPE=text/html:<html><body>Hello\\, world</body></html>",
  "IANA-TOKEN;NON-STANDARD=yes:kept",
  "ATTACH;FMTTYPE=application/pdf;SIZE=12:https://files.example/agenda.pdf",
  "REQUEST-STATUS:2.0;Success",
  "PRIORITY:5",
  "RELATED-TO;RELTYPE=PARENT:other@example",
);

const attendee = fc
  .tuple(fc.constantFrom("ACCEPTED", "DECLINED", "TENTATIVE", "NEEDS-ACTION"), fc.constantFrom("CHAIR", "REQ-PARTICIPANT"), fc.integer({ min: 1, max: 99 }))
  .map(([answer, role, n]) => `ATTENDEE;CN="Person, ${n}";ROLE=${role};PARTSTAT=${answer};RSVP=TRUE;X-NUM-GUESTS=0:mailto:p${n}@example.test`);

const alarm = fc.constantFrom(
  ["BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M", "DESCRIPTION:Reminder", "END:VALARM"],
  ["BEGIN:VALARM", "ACTION:AUDIO", "TRIGGER;RELATED=END:-PT5M", "ATTACH;VALUE=URI:Basso", "X-WR-ALARMUID:1-2-3", "END:VALARM"],
);

const two = (value: number): string => String(value).padStart(2, "0");

const event = fc
  .record({
    n: fc.integer({ min: 1, max: 1_000_000 }),
    day: fc.integer({ min: 1, max: 28 }),
    hour: fc.integer({ min: 0, max: 22 }),
    zone,
    title: text,
    description: fc.option(text),
    rule: fc.option(fc.constantFrom("FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=DAILY;COUNT=5", "FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20270101T000000Z")),
    unknown: fc.subarray([0, 1, 2, 3]).chain((picks) => fc.array(unknown, { maxLength: picks.length })),
    people: fc.array(attendee, { maxLength: 3 }),
    alarm: fc.option(alarm),
  })
  .map((given) => {
    const date = `202603${two(given.day)}`;
    return [
      "BEGIN:VEVENT",
      "DTSTAMP:20260101T120000Z",
      `UID:${given.n}@example`,
      `DTSTART;TZID=${given.zone}:${date}T${two(given.hour)}0000`,
      `DTEND;TZID=${given.zone}:${date}T${two(given.hour + 1)}0000`,
      `SUMMARY;LANGUAGE=de:${given.title}`,
      ...(given.description === null ? [] : [`DESCRIPTION:${given.description}`]),
      ...(given.rule === null ? [] : [`RRULE:${given.rule}`]),
      ...given.unknown,
      ...(given.people.length === 0 ? [] : ["ORGANIZER;CN=Boss:mailto:boss@example.test"]),
      ...given.people,
      ...(given.alarm ?? []),
      "END:VEVENT",
    ];
  });

const customZone =
  "BEGIN:VTIMEZONE|TZID:Customized Time Zone|X-LIC-UNKNOWN:1|BEGIN:STANDARD|DTSTART:16010101T040000|TZOFFSETFROM:+0300|TZOFFSETTO:+0200|RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10|END:STANDARD|BEGIN:DAYLIGHT|DTSTART:16010101T030000|TZOFFSETFROM:+0200|TZOFFSETTO:+0300|RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3|END:DAYLIGHT|END:VTIMEZONE".split(
    "|",
  );

/** Folds at `width` characters, never inside a surrogate pair: some programs fold earlier than at 75 octets, some not at all. */
function folded(line: string, width: number, end: string, mark: string): string {
  const characters = [...line];
  const pieces: string[] = [];
  for (let at = 0; at < characters.length; at += width) pieces.push(characters.slice(at, at + width).join(""));
  return pieces.join(`${end}${mark}`) + end;
}

/** A file, and the content lines that it is made of. */
export interface RealWorldFile {
  text: string;
  lines: readonly string[];
}

export const realWorldFile: fc.Arbitrary<RealWorldFile> = fc
  .record({
    events: fc.array(event, { minLength: 1, maxLength: 3 }),
    product: fc.constantFrom("-//Apple Inc.//macOS 15.1//EN", "-//Google Inc//Google Calendar 70.9054//EN", "Microsoft Exchange Server 2010", "-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN"),
    width: fc.constantFrom(18, 50, 70, 10_000),
    end: fc.constantFrom("\r\n", "\n"),
    mark: fc.constantFrom(" ", "\t"),
  })
  .map(({ events, product, width, end, mark }) => {
    const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", `PRODID:${product}`, "METHOD:PUBLISH", "X-WR-CALNAME:Work", ...customZone, ...events.flat(), "END:VCALENDAR"];
    return { text: lines.map((line) => folded(line, width, end, mark)).join(""), lines };
  });
