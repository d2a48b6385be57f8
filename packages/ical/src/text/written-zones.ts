import type { CalendarEvent, CalendarObject, EventTime, ZoneDefinition } from "@kalends/model";
import { civilFromDays } from "../civil/civil.ts";
import { extentOf } from "../expansion/extent-of.ts";
import { eventTimes, withTimes } from "../objects/event-times.ts";
import { storedTiming } from "../objects/timing-of.ts";
import { describeZone } from "../zones/describe-zone.ts";
import { resolveZone } from "../zones/resolve-zone.ts";
import { zoneLines } from "./zone-lines.ts";

/** A TZID of the text being written, and what it must mean there. */
interface WrittenZone {
  tzid: string;
  /** Tells apart zones that share an id: the IANA zone, or the definition's text. */
  meaning: string;
  iana: string | null;
  definition: ZoneDefinition | null;
  firstYear: number;
  lastYear: number;
  endless: boolean;
}

function yearOf(time: EventTime): number {
  return Number(time.value.slice(0, 4));
}

/**
 * Collects the zones of the objects of one text. An id that two objects define differently gets a number behind it for the second one, so
 * that every TZID has one VTIMEZONE.
 */
export class WrittenZones {
  private readonly byTzid = new Map<string, WrittenZone>();

  /** The object's events with TZIDs as they are to be written. */
  take(object: CalendarObject): CalendarEvent[] {
    const times = object.events.flatMap(eventTimes);
    const zoned = times.some((time) => time.kind === "zoned");
    if (!zoned) return object.events;
    const last = extentOf(storedTiming(object), { floatingZone: "UTC" }).last;
    const lastYear = last === null ? Math.max(...times.map(yearOf)) : civilFromDays(Math.floor(last / 86_400_000)).year;
    const years = { last: lastYear, endless: last === null };
    return object.events.map((event) => withTimes(event, (time) => (time.kind === "zoned" ? this.written(time, object, years) : time)));
  }

  private written(time: EventTime & { kind: "zoned" }, object: CalendarObject, years: { last: number; endless: boolean }): EventTime {
    const iana = time.zone === null ? null : resolveZone(time.zone);
    const own = iana === null ? object.zones?.find((zone) => zone.tzid === time.tzid) : undefined;
    const definition = own ?? null;
    const wanted = time.tzid === "" ? (iana ?? "") : time.tzid;
    // An id that nobody knows is written as it came, without a definition.
    if (iana === null && definition === null) return time;
    const zone = this.slot(wanted, iana, definition, yearOf(time));
    zone.firstYear = Math.min(zone.firstYear, yearOf(time));
    zone.lastYear = Math.max(zone.lastYear, years.last, yearOf(time));
    zone.endless ||= years.endless;
    return zone.tzid === time.tzid ? time : { ...time, tzid: zone.tzid };
  }

  private slot(wanted: string, iana: string | null, definition: ZoneDefinition | null, year: number): WrittenZone {
    const meaning = iana ?? JSON.stringify(definition?.observances);
    for (let n = 1; ; n++) {
      const tzid = n === 1 ? wanted : `${wanted} (${n})`;
      const taken = this.byTzid.get(tzid);
      if (taken?.meaning === meaning) return taken;
      if (taken !== undefined) continue;
      const zone: WrittenZone = { tzid, meaning, iana, definition, firstYear: year, lastYear: year, endless: false };
      this.byTzid.set(tzid, zone);
      return zone;
    }
  }

  /** The VTIMEZONEs as unfolded lines, by TZID. */
  lines(): string[] {
    const zones = [...this.byTzid.values()].sort((a, b) => (a.tzid < b.tzid ? -1 : 1));
    return zones.flatMap((zone) => {
      if (zone.iana === null) return zoneLines({ tzid: zone.tzid, observances: zone.definition?.observances ?? [] }, null);
      const first = Math.max(1, zone.firstYear - 1);
      return zoneLines(describeZone(zone.iana, zone.tzid, first, Math.min(9998, zone.lastYear + 1), zone.endless), zone.iana);
    });
  }
}
