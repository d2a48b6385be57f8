/** VTIMEZONE texts of the people's zones, as calendar programs write them. */
const observances = new Map<string, readonly string[]>([
  ["Europe/London", [
    "BEGIN:DAYLIGHT", "TZOFFSETFROM:+0000", "TZOFFSETTO:+0100", "TZNAME:BST",
    "DTSTART:19810329T010000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "END:DAYLIGHT",
    "BEGIN:STANDARD", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0000", "TZNAME:GMT",
    "DTSTART:19961027T020000", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "END:STANDARD",
  ]],
  ["America/New_York", [
    "BEGIN:DAYLIGHT", "TZOFFSETFROM:-0500", "TZOFFSETTO:-0400", "TZNAME:EDT",
    "DTSTART:20070311T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU", "END:DAYLIGHT",
    "BEGIN:STANDARD", "TZOFFSETFROM:-0400", "TZOFFSETTO:-0500", "TZNAME:EST",
    "DTSTART:20071104T020000", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU", "END:STANDARD",
  ]],
  ["America/Sao_Paulo", [
    "BEGIN:STANDARD", "TZOFFSETFROM:-0200", "TZOFFSETTO:-0300", "TZNAME:-03", "DTSTART:20190217T000000", "END:STANDARD",
  ]],
  ["Asia/Tokyo", [
    "BEGIN:STANDARD", "TZOFFSETFROM:+1000", "TZOFFSETTO:+0900", "TZNAME:JST", "DTSTART:19510909T010000", "END:STANDARD",
  ]],
]);

/** Content lines of the zone's VTIMEZONE. */
export function zoneLines(zone: string): string[] {
  const lines = observances.get(zone);
  return lines ? ["BEGIN:VTIMEZONE", `TZID:${zone}`, ...lines, "END:VTIMEZONE"] : [];
}
