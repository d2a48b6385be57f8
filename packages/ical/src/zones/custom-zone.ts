import type { ZoneDefinition, ZoneObservance } from "@kalends/model";
import { daysFromCivil, daySeconds } from "../civil/civil.ts";
import { parseLocalIso } from "../civil/local-time.ts";
import { compileRule, suitsStart } from "../recurrence/compile-rule.ts";
import { expandRule } from "../recurrence/expand-rule.ts";
import { readRule } from "../recurrence/read-rule.ts";
import type { RuleOutput } from "../recurrence/rule-output.ts";
import { utcZone } from "./iana-zone.ts";
import { zoneBlock, type ZoneTable } from "./zone-table.ts";

/** Onsets are worked out up to here; later times keep the last offset. */
const horizon = daysFromCivil(2500, 1, 1) * daySeconds;
/** Most onsets of one zone: two a year for a thousand years leave room. */
const mostOnsets = 10_000;

interface Onset {
  utc: number;
  from: number;
  to: number;
}

/** Onsets of one observance as local seconds, by its own start, dates and rule (RFC 5545 section 3.6.5). */
function localOnsets(observance: ZoneObservance, most: number): number[] {
  const start = parseLocalIso(observance.start);
  if (Number.isNaN(start)) return [];
  const onsets = new Set<number>([start]);
  for (const date of observance.dates ?? []) {
    const local = parseLocalIso(date);
    if (!Number.isNaN(local) && onsets.size < most) onsets.add(local);
  }
  const rule = observance.rule === undefined ? null : readRule(observance.rule).rule;
  if (rule === null || !suitsStart(rule, true)) return [...onsets];
  // UNTIL of an observance is in UTC, while its onsets are stepped in local time before the change.
  const until = rule.until?.kind === "utc" ? { kind: "local" as const, seconds: rule.until.seconds + observance.offsetFrom } : rule.until;
  const compiled = compileRule({ ...rule, until }, { wall: start, zone: utcZone, dateOnly: false, wallUntil: true }, false);
  const out: RuleOutput = { starts: [], capped: undefined };
  expandRule(compiled, -Infinity, horizon, out, { maxResults: most, maxSteps: 50_000 });
  for (const local of out.starts) onsets.add(local);
  return [...onsets];
}

/** The zone that a VTIMEZONE describes, or `null` where it has no usable observance. */
export function customZone(definition: ZoneDefinition): ZoneTable | null {
  const onsets: Onset[] = [];
  for (const observance of definition.observances) {
    const left = mostOnsets - onsets.length;
    if (left <= 0) break;
    for (const local of localOnsets(observance, left)) {
      onsets.push({ utc: local - observance.offsetFrom, from: observance.offsetFrom, to: observance.offsetTo });
    }
  }
  const first = onsets.sort((a, b) => a.utc - b.utc)[0];
  if (first === undefined) return null;
  const at: number[] = [];
  const offsets = [first.from];
  for (const onset of onsets) {
    if (at.at(-1) === onset.utc) offsets[offsets.length - 1] = onset.to;
    else if (onset.to !== offsets.at(-1)) {
      at.push(onset.utc);
      offsets.push(onset.to);
    }
  }
  const block = zoneBlock(-Infinity, Infinity, at, offsets);
  return { id: definition.tzid, current: block, blockFor: () => block };
}
