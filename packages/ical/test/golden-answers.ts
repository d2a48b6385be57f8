import type { TimeRange } from "@kalends/model";
import { expandObjects, extentOf, parseCalendar, storedTiming, writeCalendar } from "../src/index.ts";

/** What the matrix says, line by line. Run under several TZ by golden-matrix.test.ts. */

const custom = `BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T040000
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
`;

/** Each: what the reader sees as TZID, the definition in the file, and the zone in which dates and floating times are read. */
const zones: readonly [string, string, string, string][] = [
  ["kyiv", "Europe/Kyiv", "", "Europe/Kyiv"],
  ["eucla", "Australia/Eucla", "", "Australia/Eucla"],
  ["lord-howe", "Australia/Lord_Howe", "", "Australia/Lord_Howe"],
  ["windows", "FLE Standard Time", "", "Europe/Kyiv"],
  ["windows-tzone", '"tzone://Microsoft/W. Europe Standard Time"', "", "Europe/Berlin"],
  ["custom", "Customized Time Zone", custom, "Europe/Kyiv"],
  ["missing", "Nowhere At All", "", "America/New_York"],
];

const kinds = ["zoned", "utc", "floating", "all-day"] as const;

function eventLines(kind: (typeof kinds)[number], tzid: string): string[] {
  const rule = "RRULE:FREQ=WEEKLY;COUNT=40";
  switch (kind) {
    case "zoned":
      return [`DTSTART;TZID=${tzid}:20260301T031500`, `DTEND;TZID=${tzid}:20260301T043000`, rule, `EXDATE;TZID=${tzid}:20260322T031500`];
    case "utc":
      return ["DTSTART:20260301T031500Z", "DTEND:20260301T043000Z", rule, "EXDATE:20260322T031500Z"];
    case "floating":
      return ["DTSTART:20260301T031500", "DURATION:PT75M", rule, "EXDATE:20260322T031500"];
    case "all-day":
      return ["DTSTART;VALUE=DATE:20260301", "DTEND;VALUE=DATE:20260302", rule, "EXDATE;VALUE=DATE:20260322"];
  }
}

/** The weeks around the changes of the clock in Europe and on Lord Howe. */
const windows: readonly TimeRange[] = [
  { from: Date.UTC(2026, 2, 14), to: Date.UTC(2026, 3, 13) },
  { from: Date.UTC(2026, 9, 1), to: Date.UTC(2026, 10, 2) },
];

function answer(kind: (typeof kinds)[number], [name, tzid, definition, floatingZone]: (typeof zones)[number]): string[] {
  const text = ["BEGIN:VCALENDAR", "VERSION:2.0", definition.trim(), "BEGIN:VEVENT", "UID:golden", ...eventLines(kind, tzid), "END:VEVENT", "END:VCALENDAR"]
    .filter((line) => line !== "")
    .join("\n");
  const { objects, warnings } = parseCalendar(text, { remoteKey: "k", revision: null });
  const expansions = windows.map((range) => expandObjects(objects, range, { floatingZone }));
  const occurrences = expansions.flatMap((expansion) => expansion.occurrences);
  const unresolvedZone = expansions.some((expansion) => expansion.unresolvedZone);
  const extent = extentOf(storedTiming(objects[0] as (typeof objects)[number]), { floatingZone });
  const iso = (ms: number | null): string => (ms === null ? "open" : new Date(ms).toISOString().replace(".000", ""));
  // The writer's answer goes back through the reader: it must mean the same.
  const written = parseCalendar(writeCalendar(objects), { remoteKey: "k", revision: null }).objects;
  const again = windows.flatMap((range) => expandObjects(written, range, { floatingZone }).occurrences);
  const same = JSON.stringify(again) === JSON.stringify(occurrences);
  return [
    `# ${kind} ${name}: ${occurrences.length} unresolved=${unresolvedZone} written=${same ? "same" : "other"} first=${iso(extent.first)}`,
    ...warnings.map(({ code, property }) => `warning ${code} ${property ?? ""}`),
    ...occurrences.map(({ from, to, start, recurrenceId }) => `${iso(from)} ${iso(to)} ${start.value} ${recurrenceId.value}`),
  ];
}

console.log(kinds.flatMap((kind) => zones.flatMap((zone) => answer(kind, zone))).join("\n"));
