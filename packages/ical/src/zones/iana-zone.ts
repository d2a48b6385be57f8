import { KalendsError } from "@kalends/model";
import { ownCopy } from "../text/own-copy.ts";
import { intlZone } from "./intl-zone.ts";
import { resolveZone } from "./resolve-zone.ts";
import { fixedZone, type ZoneTable } from "./zone-table.ts";

const tables = new Map<string, ZoneTable>();

/** Times in UTC. */
export const utcZone: ZoneTable = fixedZone("UTC", 0);
tables.set("UTC", utcZone);

/** The table of an IANA zone, built once per process. Throws `zone-unknown`. */
export function ianaZoneTable(id: string): ZoneTable {
  const known = tables.get(id);
  if (known !== undefined) return known;
  const zone = resolveZone(id);
  if (zone === null) throw new KalendsError("zone-unknown", "The time zone id is not an IANA id");
  let table = tables.get(zone);
  if (table === undefined) tables.set(zone, (table = intlZone(zone)));
  // Other spellings of the id share the table; there are few, and each was accepted by `resolveZone`.
  if (tables.size < 4096) tables.set(ownCopy(id), table);
  return table;
}
