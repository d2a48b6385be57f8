import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { compileRule, expandRule, expandTimings, ianaZoneTable, readRule, type RuleOutput } from "@kalends/ical";
import type { EventTiming } from "@kalends/model";
import ICAL from "ical.js";
import rrule from "rrule";
import { RRuleTemporal } from "rrule-temporal";
import "temporal-polyfill/global";
import type { RuleCase } from "./rule-cases.ts";

/** A rule ready for windows: gives the number of starts in [from, to), in seconds since the epoch. */
export type Ready = (from: number, to: number) => number;

/** Reads a rule; called once for "warm", at each call for "cold". */
export type RuleEngine = (one: RuleCase) => Ready;

interface Floor {
  compile(start: string, zone: string, rule: string): unknown;
  expand(rule: unknown, from: number, to: number, out: Float64Array, at: number): number;
  toUtc(zone: unknown, wall: number): number;
  zone(id: string): unknown;
}

/** The bare integer loop of the shared facts; `null` where they are not at hand. */
export async function loadFloor(): Promise<Floor | null> {
  const shared = process.env["KALENDS_SHARED"] ?? fileURLToPath(new URL("../../../shared", import.meta.url));
  const file = join(shared, "recurrence", "floor.mjs");
  return existsSync(file) ? ((await import(pathToFileURL(file).href)) as Floor) : null;
}

const isoOf = (text: string): string => text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)$/, "$1-$2-$3T$4:$5:$6");
const found = new Float64Array(20_000);

export function floorEngine(floor: Floor): RuleEngine {
  return ({ start, zone, rule }) => {
    const compiled = floor.compile(start, zone, rule);
    return (from, to) => floor.expand(compiled, from, to, found, 0);
  };
}

/** The rule alone, compiled once. */
export const kalendsEngine: RuleEngine = ({ start, zone, rule }) => {
  const wall = Date.parse(`${isoOf(start)}Z`) / 1000;
  const { rule: read } = readRule(rule);
  if (read === null) throw new Error(`${rule} is refused`);
  const compiled = compileRule(read, { wall, zone: ianaZoneTable(zone), dateOnly: false, wallUntil: false }, false);
  return (from, to) => {
    const out: RuleOutput = { starts: [], capped: undefined };
    expandRule(compiled, from, to, out);
    return out.starts.length;
  };
};

/** Through the whole event layer, the rule bound anew each time: overrides, exclusions and lengths are looked at, although there are none. */
export const kalendsEventEngine: RuleEngine = ({ start, zone, rule }) => {
  const time = { kind: "zoned", value: isoOf(start), zone, tzid: zone } as const;
  const event: EventTiming = { start: time, duration: { days: 0, seconds: 1800 }, rules: [rule], status: "confirmed", transparent: false, visibility: "public" };
  const parts = [{ uid: "one", timing: { events: [event] } }];
  return (from, to) => {
    let count = 0;
    expandTimings(parts, { from: from * 1000, to: to * 1000 }, { floatingZone: "UTC" }, (begin) => {
      if (begin >= from * 1000) count += 1;
    });
    return count;
  };
};

const { rrulestr } = rrule;

export const rruleEngine: RuleEngine = ({ start, zone, rule }) => {
  const parsed = rrulestr(`DTSTART;TZID=${zone}:${start}\nRRULE:${rule}`);
  return (from, to) => parsed.between(new Date(from * 1000), new Date(to * 1000 - 1), true).length;
};

export const rruleTemporalEngine: RuleEngine = ({ start, zone, rule }) => {
  const parsed = new RRuleTemporal({ rruleString: `DTSTART;TZID=${zone}:${start}\nRRULE:${rule}` });
  return (from, to) => parsed.between(new Date(from * 1000), new Date(to * 1000 - 1), true).length;
};

/** ical.js has no zone data of its own: it gets the offsets of the years in question as a VTIMEZONE of single observances. */
export const icalJsEngine: RuleEngine = ({ start, zone, rule }) => {
  const timezone = zoneOf(zone);
  const begin = ICAL.Time.fromString(isoOf(start), null as never);
  begin.zone = timezone;
  const recur = ICAL.Recur.fromString(rule);
  return (from, to) => {
    const iterator = recur.iterator(begin);
    let count = 0;
    for (let next = iterator.next(); next; next = iterator.next()) {
      const at = next.toUnixTime();
      if (at >= to) break;
      if (at >= from) count += 1;
    }
    return count;
  };
};

const zones = new Map<string, ICAL.Timezone>();

const daylight: Readonly<Record<string, readonly [string, string, string, string]>> = {
  "America/New_York": ["-0500", "-0400", "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU", "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"],
  "Europe/Berlin": ["+0100", "+0200", "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"],
};

function zoneOf(id: string): ICAL.Timezone {
  const known = zones.get(id);
  if (known !== undefined) return known;
  const rules = daylight[id];
  const part = (name: string, from: string, to: string, lines: string[]): string[] => [`BEGIN:${name}`, `TZOFFSETFROM:${from}`, `TZOFFSETTO:${to}`, ...lines, `END:${name}`];
  const lines =
    rules === undefined
      ? part("STANDARD", "+0900", "+0900", ["DTSTART:19700101T000000"])
      : [
          ...part("STANDARD", rules[1], rules[0], ["DTSTART:20071101T020000", `RRULE:${rules[2]}`]),
          ...part("DAYLIGHT", rules[0], rules[1], ["DTSTART:20070301T020000", `RRULE:${rules[3]}`]),
        ];
  const component = new ICAL.Component(ICAL.parse(["BEGIN:VTIMEZONE", `TZID:${id}`, ...lines, "END:VTIMEZONE"].join("\r\n")) as never);
  const zone = new ICAL.Timezone({ component, tzid: id });
  zones.set(id, zone);
  return zone;
}
