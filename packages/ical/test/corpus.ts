import { compileRule, readRule, type Cap } from "../src/index.ts";
import { suitsStart, type RuleShape } from "../src/recurrence/compile-rule.ts";
import { expandRule } from "../src/recurrence/expand-rule.ts";
import type { RuleOutput } from "../src/recurrence/rule-output.ts";
import { parseLocalIso } from "../src/civil/local-time.ts";
import { ianaZoneTable, utcZone } from "../src/zones/iana-zone.ts";
import { offsetAtUtc, wallToUtc, type ZoneTable } from "../src/zones/zone-table.ts";

export interface RuleCase {
  id: string;
  kind: "rule";
  dtstart: string;
  tzid: string | null;
  allDay?: boolean;
  rrule: string;
  window?: { from: string | null; to: string | null; inclusive?: boolean };
  startAt?: string;
  complete: boolean;
  limit?: number;
  expected: string[];
  expectedUtc?: string[];
  error?: boolean;
  exdate?: string[];
  rdate?: string[];
  tags: string[];
  disputed?: boolean;
}

interface CasePart {
  value?: string;
  values?: string[];
  tzid?: string;
  type?: string;
  range?: string;
}

export interface EventCase {
  id: string;
  kind: "event";
  name: string;
  components: Record<string, string | CasePart | CasePart[]>[];
  window: { from: string; to: string; tzid?: string };
  expectedCount: number;
  expectedStarts?: string[];
}

export interface Corpus {
  cases: (RuleCase | EventCase)[];
}

/** `20260101T090000Z` as ISO 8601 local text. */
export function isoOf(compact: string): string {
  return compact.replace(/^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d))?Z?$/, (_, y, mo, d, h, mi, s) =>
    h === undefined ? `${y}-${mo}-${d}` : `${y}-${mo}-${d}T${h}:${mi}:${s}`,
  );
}

function instant(zone: ZoneTable, compact: string): number {
  const wall = parseLocalIso(isoOf(compact));
  return compact.endsWith("Z") ? wall : wallToUtc(zone, wall);
}

/** Shapes that the general path can walk as well. */
const fastShapes: ReadonlySet<RuleShape> = new Set<RuleShape>(["daily", "weekly", "monthly", "yearly"]);

/** What our engine answers to a rule case, in UTC seconds. `general`: by the general path, also where a fast one would do. */
export function answerOf(entry: RuleCase, general = false): { starts: number[]; capped: Cap | undefined; shape?: RuleShape } {
  const zone = entry.tzid === null ? utcZone : ianaZoneTable(entry.tzid);
  const { rule } = readRule(entry.rrule);
  const out: RuleOutput = { starts: [], capped: undefined };
  if (rule === null || !suitsStart(rule, entry.allDay === true)) return { starts: [Number.NaN], capped: undefined };
  const at = instant(zone, entry.dtstart);
  const wall = entry.dtstart.endsWith("Z") ? at + offsetAtUtc(zone, at) : parseLocalIso(isoOf(entry.dtstart));
  const compiled = compileRule(rule, { wall, zone, dateOnly: entry.allDay === true, wallUntil: entry.tzid === null }, false);
  const walked = general && fastShapes.has(compiled.shape) ? { ...compiled, shape: "period" as const } : compiled;
  let from = -Infinity;
  let to = Infinity;
  if (entry.window !== undefined) {
    // Windows of the corpus are closed unless they say otherwise.
    const shift = entry.window.inclusive === false ? 0 : 1;
    if (entry.window.from !== null) from = instant(zone, entry.window.from) + 1 - shift;
    if (entry.window.to !== null) to = instant(zone, entry.window.to) + shift;
  }
  expandRule(walked, from, to, out, { maxResults: entry.limit ?? 20_000, maxSteps: 400_000 });
  const all = new Set([...out.starts, ...(entry.rdate ?? []).map((value) => instant(zone, value))]);
  for (const value of entry.exdate ?? []) all.delete(instant(zone, value));
  return { starts: [...all].sort((a, b) => a - b), capped: entry.limit === undefined ? out.capped : undefined, shape: compiled.shape };
}

export function expectedOf(entry: RuleCase): number[] {
  const zone = entry.tzid === null ? utcZone : ianaZoneTable(entry.tzid);
  return (entry.expectedUtc ?? entry.expected).map((value) => instant(zone, value));
}

/** The components of an event case as calendar text. */
export function textOf(entry: EventCase): string {
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0"];
  for (const component of entry.components) {
    lines.push("BEGIN:VEVENT");
    for (const [name, given] of Object.entries(component)) {
      for (const part of Array.isArray(given) ? given : [given]) {
        if (typeof part === "string") lines.push(`${name}:${part}`);
        else {
          const parameters = [
            part.tzid && `TZID=${part.tzid}`,
            part.range && `RANGE=${part.range}`,
            part.type && `VALUE=${part.type}`,
          ].filter(Boolean);
          lines.push(`${[name, ...parameters].join(";")}:${part.values?.join(",") ?? part.value}`);
        }
      }
    }
    lines.push("END:VEVENT");
  }
  return [...lines, "END:VCALENDAR", ""].join("\r\n");
}
