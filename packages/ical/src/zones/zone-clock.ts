import { KalendsError } from "@kalends/model";
import { formatLocalIso, parseLocalIso } from "../civil/local-time.ts";
import { ianaZoneTable } from "./iana-zone.ts";
import { offsetAtUtc, wallToUtc } from "./zone-table.ts";

/** Seconds east of UTC in an IANA zone at an instant (ms since the epoch). Throws `zone-unknown`. */
export function offsetAt(zone: string, utcMs: number): number {
  return offsetAtUtc(ianaZoneTable(zone), Math.floor(utcMs / 1000));
}

/**
 * Instant (ms since the epoch) of a wall time in an IANA zone. `local` is `YYYY-MM-DD`, `YYYY-MM-DDTHH:MM:SS`, or wall seconds since
 * 1970-01-01T00:00:00. Of an overlap the first instant; in a gap the wall time moves forward (RFC 5545 section 3.3.5).
 * Throws `zone-unknown`, `invalid-argument`.
 */
export function localToUtc(zone: string, local: number | string): number {
  const wall = typeof local === "number" ? local : parseLocalIso(local);
  if (!Number.isFinite(wall)) throw new KalendsError("invalid-argument", "The local time is not of the form YYYY-MM-DDTHH:MM:SS");
  return wallToUtc(ianaZoneTable(zone), wall) * 1000;
}

/** Wall time `YYYY-MM-DDTHH:MM:SS` in an IANA zone at an instant (ms since the epoch). Throws `zone-unknown`. */
export function utcToLocalIso(zone: string, utcMs: number): string {
  const utc = Math.floor(utcMs / 1000);
  return formatLocalIso(utc + offsetAtUtc(ianaZoneTable(zone), utc));
}
