import { DateTime, RRuleSet } from "rrule-rust";
import { RRuleTemporal } from "rrule-temporal";
import { Temporal } from "temporal-polyfill";
import { compileRule, expandRule, readRule, type RuleOutput } from "../src/index.ts";
import { parseLocalIso } from "../src/civil/local-time.ts";
import { ianaZoneTable } from "../src/zones/iana-zone.ts";
import type { RandomRule } from "./random-rules.ts";

/** Instants in seconds, or `null` where the engine refuses the rule or gives up. */
export type Answer = number[] | null;

/** A closed window in seconds, and most instances asked for. */
export interface Asked {
  from: number;
  to: number;
}

export function ownAnswer({ rrule, start, zone }: RandomRule, asked: Asked): Answer {
  const { rule } = readRule(rrule);
  if (rule === null) return null;
  const compiled = compileRule(rule, { wall: parseLocalIso(start), zone: ianaZoneTable(zone), dateOnly: false, wallUntil: false }, false);
  const out: RuleOutput = { starts: [], capped: undefined };
  expandRule(compiled, asked.from, asked.to + 1, out);
  return out.capped === undefined ? out.starts : null;
}

function sorted(times: number[]): number[] {
  return [...new Set(times)].sort((a, b) => a - b);
}

function dateTime(seconds: number): ReturnType<typeof DateTime.utc> {
  const date = new Date(seconds * 1000);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
  return DateTime.utc(year, month, day, date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds());
}

export function rustAnswer({ rrule, start, zone }: RandomRule, asked: Asked): Answer {
  try {
    const compact = start.replace(/[-:]/g, "");
    const set = RRuleSet.fromString(`DTSTART;TZID=${zone}:${compact}\nRRULE:${rrule}`);
    const found = set.between(dateTime(asked.from), dateTime(asked.to), true);
    const times = found.map((value) => value.toTimestamp() / 1000);
    return sorted(times).filter((time) => time >= asked.from && time <= asked.to);
  } catch {
    return null;
  }
}

export function temporalAnswer({ rrule, start, zone }: RandomRule, asked: Asked): Answer {
  try {
    const dtstart = Temporal.PlainDateTime.from(start).toZonedDateTime(zone);
    const rule = new RRuleTemporal({ rruleString: `RRULE:${rrule}`, dtstart, temporal: Temporal });
    const found = rule.between(new Date(asked.from * 1000), new Date(asked.to * 1000), true);
    return sorted(found.map((time) => time.epochMilliseconds / 1000)).filter((time) => time >= asked.from && time <= asked.to);
  } catch {
    return null;
  }
}
