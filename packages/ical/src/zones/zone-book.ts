import type { EventTime, ZoneDefinition } from "@kalends/model";
import { customZone } from "./custom-zone.ts";
import { ianaZoneTable, utcZone } from "./iana-zone.ts";
import { resolveZone } from "./resolve-zone.ts";
import type { ZoneTable } from "./zone-table.ts";

const tables = new WeakMap<ZoneDefinition, ZoneTable | null>();

function tableOf(definition: ZoneDefinition): ZoneTable | null {
  let table = tables.get(definition);
  if (table === undefined) tables.set(definition, (table = customZone(definition)));
  return table;
}

/** Finds the zone in which an event time is to be read. */
export class ZoneBook {
  /** All-day and floating times, and times whose zone nobody can resolve, are read in this zone. */
  readonly floating: ZoneTable;
  /** Set once a time named a zone that could not be resolved. */
  unresolved = false;
  private readonly definitions: readonly ZoneDefinition[];
  /** The zone that was asked for last: the times of one event mostly share it. */
  private lastId: string | null = null;
  private lastTable: ZoneTable = utcZone;

  constructor(floatingZone: ZoneTable, definitions: readonly ZoneDefinition[]) {
    this.floating = floatingZone;
    this.definitions = definitions;
  }

  zoneFor(time: EventTime): ZoneTable {
    if (time.kind === "utc") return utcZone;
    if (time.kind !== "zoned") return this.floating;
    const id = time.zone ?? null;
    if (id !== null) {
      if (id === this.lastId) return this.lastTable;
      if (resolveZone(id) !== null) {
        this.lastId = id;
        return (this.lastTable = ianaZoneTable(id));
      }
    }
    for (const definition of this.definitions) {
      if (definition.tzid !== time.tzid) continue;
      const table = tableOf(definition);
      if (table !== null) return table;
    }
    this.unresolved = true;
    return this.floating;
  }
}
