import { daySeconds } from "../civil/civil.ts";
import { compileRule, suitsStart, type CompiledRule } from "../recurrence/compile-rule.ts";
import { expandRule } from "../recurrence/expand-rule.ts";
import { readRule } from "../recurrence/read-rule.ts";
import type { Cap, RuleOutput } from "../recurrence/rule-output.ts";
import { wallToUtc } from "../zones/zone-table.ts";
import type { ZoneBook } from "../zones/zone-book.ts";
import { keyInSeries, timedLength, type EventFrame, type InstanceLength } from "./event-frame.ts";
import type { ExpandSettings } from "./expand-options.ts";

/** Instances of a master by key, before overrides. `lengths` holds those that an RDATE gave a length of their own. */
export interface SeriesKeys {
  keys: number[];
  lengths: Map<number, InstanceLength> | null;
  capped: Cap | undefined;
}

/** The rules of an event that can be used, bound to its start. */
export function usableRules(texts: readonly string[] | undefined, frame: EventFrame, skipGaps: boolean): CompiledRule[] {
  const rules: CompiledRule[] = [];
  if (texts === undefined) return rules;
  const kind = frame.event.start.kind;
  const start = { wall: frame.startWall, zone: frame.zone, dateOnly: frame.dateOnly, wallUntil: kind === "date" || kind === "floating" };
  for (const text of texts) {
    const { rule } = readRule(text);
    if (rule !== null && suitsStart(rule, frame.dateOnly)) rules.push(compileRule(rule, start, skipGaps));
  }
  return rules;
}

/** The day, as midnight in UTC, on which an instance starts on its own wall clock. */
function localDay(frame: EventFrame, key: number, wallOfKey: (key: number) => number): number {
  return Math.floor((frame.dateOnly ? key : wallOfKey(key)) / daySeconds) * daySeconds;
}

function addDates(frame: EventFrame, book: ZoneBook, keys: Set<number>, lengths: Map<number, InstanceLength>): void {
  for (const extra of frame.event.additionalTimes ?? []) {
    const named = keyInSeries(frame, extra.start, book);
    if (Number.isNaN(named.key)) continue;
    const startTime = frame.startWall - Math.floor(frame.startWall / daySeconds) * daySeconds;
    const key = named.dateOnly ? wallToUtc(frame.zone, named.key + startTime) : named.key;
    keys.add(key);
    if (!frame.dateOnly && (extra.end !== undefined || extra.duration !== undefined)) lengths.set(key, timedLength(extra, key, book));
  }
}

/** What EXDATE and EXRULE take out: a test on keys, `null` where nothing is taken out. */
export interface Exclusion {
  takesOut: ((key: number) => boolean) | null;
  capped: Cap | undefined;
}

const noExclusion: Exclusion = { takesOut: null, capped: undefined };

/** Works out an event's exclusions for keys inside [from, to). */
export function exclusionOf(
  frame: EventFrame,
  book: ZoneBook,
  from: number,
  to: number,
  settings: ExpandSettings,
  wallOfKey: (key: number) => number,
): Exclusion {
  const { excludedTimes, exclusionRules } = frame.event;
  if ((excludedTimes === undefined || excludedTimes.length === 0) && (exclusionRules === undefined || exclusionRules.length === 0))
    return noExclusion;
  const keys = new Set<number>();
  const days = new Set<number>();
  let capped: Cap | undefined;
  for (const time of excludedTimes ?? []) {
    const { key, dateOnly } = keyInSeries(frame, time, book);
    (dateOnly ? days : keys).add(key);
  }
  for (const rule of usableRules(exclusionRules, frame, settings.skipGaps)) {
    const out: RuleOutput = { starts: [], capped: undefined };
    expandRule(rule, from, to, out, settings);
    capped ??= out.capped;
    for (const key of out.starts) keys.add(key);
  }
  return { takesOut: (key) => keys.has(key) || (days.size > 0 && days.has(localDay(frame, key, wallOfKey))), capped };
}

/** The master's instances with from <= key < to, ascending, none twice, exclusions not yet applied. */
export function seriesKeys(frame: EventFrame, book: ZoneBook, from: number, to: number, settings: ExpandSettings): SeriesKeys {
  const rules = usableRules(frame.event.rules, frame, settings.skipGaps);
  const out: RuleOutput = { starts: [], capped: undefined };
  const only = rules.length === 1 && !settings.includeStart && (frame.event.additionalTimes?.length ?? 0) === 0;
  if (only) {
    expandRule(rules[0] as CompiledRule, from, to, out, settings);
    return { keys: out.starts, lengths: null, capped: out.capped };
  }
  const all = new Set<number>();
  const lengths = new Map<number, InstanceLength>();
  let capped: Cap | undefined;
  for (const rule of rules) {
    const one: RuleOutput = { starts: [], capped: undefined };
    expandRule(rule, from, to, one, settings);
    capped ??= one.capped;
    for (const key of one.starts) all.add(key);
  }
  if (rules.length === 0 || settings.includeStart) all.add(frame.startKey);
  addDates(frame, book, all, lengths);
  const keys = [...all].filter((key) => key < to).sort((a, b) => a - b);
  return { keys, lengths: lengths.size === 0 ? null : lengths, capped };
}
