/** Zones that the events are spread over, with the VTIMEZONE that clients attach. */
const zones: readonly { id: string; standard: string; daylight: string; rules: readonly [string, string] }[] = [
  { id: "Europe/Berlin", standard: "+0100", daylight: "+0200", rules: ["FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"] },
  { id: "Europe/Kyiv", standard: "+0200", daylight: "+0300", rules: ["FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"] },
  { id: "America/New_York", standard: "-0500", daylight: "-0400", rules: ["FREQ=YEARLY;BYMONTH=11;BYDAY=1SU", "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"] },
];
const rules = ["FREQ=WEEKLY;BYDAY=MO", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", "FREQ=DAILY;COUNT=10", "FREQ=MONTHLY;BYDAY=2WE", "FREQ=YEARLY"];
const words = "plan review budget release customer design sprint hiring travel legal support quarter board workshop lunch".split(" ");
const dayMs = 86_400_000;

/** Numbers in [0, 1) from a seed: the same events on every machine. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function zoneLines({ id, standard, daylight, rules: [winter, summer] }: (typeof zones)[number]): string[] {
  return [
    "BEGIN:VTIMEZONE", `TZID:${id}`,
    "BEGIN:STANDARD", "DTSTART:19701101T030000", `TZOFFSETFROM:${daylight}`, `TZOFFSETTO:${standard}`, `RRULE:${winter}`, "TZNAME:STD", "END:STANDARD",
    "BEGIN:DAYLIGHT", "DTSTART:19700308T020000", `TZOFFSETFROM:${standard}`, `TZOFFSETTO:${daylight}`, `RRULE:${summer}`, "TZNAME:DST", "END:DAYLIGHT",
    "END:VTIMEZONE",
  ];
}

function folded(line: string): string {
  return line.length <= 75 ? line : line.replace(/^(.{75})|(.{74})/g, "$1$2\r\n ").replace(/\r\n $/, "");
}

function stamp(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:]|\.\d+/g, "");
}

/** One calendar file of a meeting as common clients write it: zone, two to five people, a text. About 1.6 KB. */
export function eventFile(index: number, from: number, days: number, edition: number): string {
  const chance = seeded(index * 7919 + 17);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)] as T;
  const zone = pick(zones);
  const start = from + Math.floor(chance() * days) * dayMs + (7 + Math.floor(chance() * 11)) * 3_600_000 + Math.floor(chance() * 4) * 900_000;
  const local = (ms: number): string => stamp(ms).slice(0, 15);
  const sentence = (count: number): string => Array.from({ length: count }, () => pick(words)).join(" ");
  const people = Array.from({ length: 2 + Math.floor(chance() * 4) }, (_, person) => {
    const name = `person${Math.floor(chance() * 500)}`;
    const answer = pick(["ACCEPTED", "TENTATIVE", "NEEDS-ACTION", "DECLINED"]);
    return `ATTENDEE;CN=${name} ${pick(words)};ROLE=REQ-PARTICIPANT;PARTSTAT=${answer};RSVP=${person > 0 ? "TRUE" : "FALSE"}:mailto:${name}@example.test`;
  });
  const lines = [
    "BEGIN:VEVENT", `UID:event-${index}@bench.example.test`, "DTSTAMP:20260101T000000Z", "CREATED:20250101T000000Z",
    `LAST-MODIFIED:${stamp(Date.UTC(2026, 0, 1) + edition * 1000)}`, `SEQUENCE:${edition}`,
    `DTSTART;TZID=${zone.id}:${local(start)}`, `DTEND;TZID=${zone.id}:${local(start + pick([1, 2, 3]) * 1_800_000)}`,
    `SUMMARY:${sentence(5)} ${edition}`, `LOCATION:Room ${Math.floor(chance() * 40)}\\, ${pick(words)} building`, `DESCRIPTION:${sentence(40)}\\n${sentence(12)}`,
    "ORGANIZER;CN=Owner:mailto:owner@example.test", ...people, `STATUS:${pick(["CONFIRMED", "CONFIRMED", "TENTATIVE"])}`,
    `TRANSP:${chance() < 0.9 ? "OPAQUE" : "TRANSPARENT"}`, "CLASS:PUBLIC", "X-BENCH-KEPT:something a client adds", ...(index % 20 < 3 ? [`RRULE:${pick(rules)}`] : []),
    "BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Reminder", "TRIGGER:-PT15M", "END:VALARM", "END:VEVENT",
  ];
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kalends//bench//EN", ...zoneLines(zone), ...lines, "END:VCALENDAR", ""].map(folded).join("\r\n");
}
