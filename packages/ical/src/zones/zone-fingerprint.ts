import { daysFromCivil, daySeconds } from "../civil/civil.ts";
import { ianaZoneTable } from "./iana-zone.ts";
import { offsetBefore, zoneTransitions } from "./zone-transitions.ts";

/** FNV-1a, 32 bits; `seed` makes independent ones of it. */
function hashOf(text: string, seed: number): string {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}

/**
 * A short text that changes when the host's zone data says anything else about those zones between the starts of two years; the order of
 * the zones does not matter. For hosts that cannot name the version of their zone data. Throws `zone-unknown`.
 */
export function zoneFingerprint(zones: readonly string[], firstYear: number, lastYear: number): string {
  const from = daysFromCivil(firstYear, 1, 1) * daySeconds;
  const to = daysFromCivil(lastYear + 1, 1, 1) * daySeconds;
  const lines = [...new Set(zones)].sort().map((zone) => {
    const table = ianaZoneTable(zone);
    const changes = zoneTransitions(table, from, to).map(({ utc, offsetTo }) => `${utc}>${offsetTo}`);
    return `${zone} ${offsetBefore(table, from)} ${changes.join(" ")}`;
  });
  const text = lines.join("\n");
  return hashOf(text, 0) + hashOf(text, 0x5bd1e995);
}
