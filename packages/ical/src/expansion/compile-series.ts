import type { EventTiming } from "@kalends/model";
import { daySeconds } from "../civil/civil.ts";
import { compileRule, suitsStart, type CompiledRule } from "../recurrence/compile-rule.ts";
import { readRule } from "../recurrence/read-rule.ts";
import { wallToUtc } from "../zones/zone-table.ts";
import type { ZoneBook } from "../zones/zone-book.ts";
import { instanceEnd, instanceStart, keyInSeries, timedLength, type EventFrame, type InstanceLength } from "./event-frame.ts";
import type { CompileSettings } from "./expand-options.ts";
import type { Series, SeriesMember, SeriesOverride } from "./series.ts";

/** A master bound to its zone, rules, dates and exclusions, ready for any number of windows. */
export interface CompiledMaster<E extends EventTiming> {
  readonly member: SeriesMember<E>;
  readonly frame: EventFrame;
  readonly rules: readonly CompiledRule[];
  /** Keys beside those of the rules, ascending: RDATE, and the start where it counts by itself. */
  readonly extra: readonly number[];
  /** Lengths that an RDATE gave to an instance. */
  readonly lengths: ReadonlyMap<number, InstanceLength> | null;
  readonly exclusionRules: readonly CompiledRule[];
  /** Keys that EXDATE or an override takes out; `null` where there is none. */
  readonly outKeys: ReadonlySet<number> | null;
  /** Local days, as midnight in UTC, that an EXDATE or RECURRENCE-ID with a date takes out. */
  readonly outDays: ReadonlySet<number> | null;
  /** THISANDFUTURE overrides by original start. */
  readonly followers: readonly SeriesOverride<E>[];
  /** Seconds before and after a window at which keys may still lead into it. */
  readonly reachBefore: number;
  readonly reachAfter: number;
}

/** An override with the span that it states, UTC seconds. */
export interface CompiledOverride<E extends EventTiming> {
  readonly override: SeriesOverride<E>;
  readonly from: number;
  readonly to: number;
}

export interface CompiledSeries<E extends EventTiming> {
  readonly master: CompiledMaster<E> | null;
  readonly overrides: readonly CompiledOverride<E>[];
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

/** Longest that an instance may reach beyond its key in seconds, wall-clock shifts included. */
function reach(frame: EventFrame): number {
  const { days, seconds } = frame.length;
  return days * daySeconds + Math.max(0, seconds) + (days > 0 || frame.dateOnly ? daySeconds : 0);
}

interface Extra {
  keys: number[];
  lengths: Map<number, InstanceLength> | null;
}

function extraOf(frame: EventFrame, book: ZoneBook, withStart: boolean): Extra {
  const times = frame.event.additionalTimes;
  if (times === undefined || times.length === 0) return { keys: withStart ? [frame.startKey] : [], lengths: null };
  const keys = new Set<number>(withStart ? [frame.startKey] : []);
  const lengths = new Map<number, InstanceLength>();
  const startTime = frame.startWall - Math.floor(frame.startWall / daySeconds) * daySeconds;
  for (const extra of times) {
    const named = keyInSeries(frame, extra.start, book);
    if (Number.isNaN(named.key)) continue;
    const key = named.dateOnly ? wallToUtc(frame.zone, named.key + startTime) : named.key;
    keys.add(key);
    if (!frame.dateOnly && (extra.end !== undefined || extra.duration !== undefined)) lengths.set(key, timedLength(extra, key, book));
  }
  return { keys: [...keys].sort((a, b) => a - b), lengths: lengths.size === 0 ? null : lengths };
}

interface TakenOut {
  keys: Set<number> | null;
  days: Set<number> | null;
}

/** What EXDATE and overrides take out of the master's own instances. */
function takenOut<E extends EventTiming>(frame: EventFrame, book: ZoneBook, overrides: readonly SeriesOverride<E>[]): TakenOut {
  const out: TakenOut = { keys: null, days: null };
  const add = (key: number, wholeDay: boolean): void => {
    if (wholeDay) (out.days ??= new Set()).add(key);
    else (out.keys ??= new Set()).add(key);
  };
  for (const time of frame.event.excludedTimes ?? []) {
    const { key, dateOnly } = keyInSeries(frame, time, book);
    add(key, dateOnly);
  }
  for (const { key, wholeDay } of overrides) add(key, wholeDay);
  return out;
}

function compileMaster<E extends EventTiming>(
  member: SeriesMember<E>,
  frame: EventFrame,
  series: Series<E>,
  settings: CompileSettings,
): CompiledMaster<E> {
  const { book } = member;
  const rules = usableRules(frame.event.rules, frame, settings.skipGaps);
  const extra = extraOf(frame, book, rules.length === 0 || settings.includeStart);
  const out = takenOut(frame, book, series.overrides);
  let reachBefore = reach(frame);
  for (const length of extra.lengths?.values() ?? []) reachBefore = Math.max(reachBefore, (length.days + 1) * daySeconds + length.seconds);
  let reachAfter = frame.dateOnly ? daySeconds : 0;
  for (const follower of series.followers) {
    const shift = follower.frame.startKey - follower.key;
    reachBefore = Math.max(reachBefore, shift + reach(follower.frame) + 2 * daySeconds);
    reachAfter = Math.max(reachAfter, 2 * daySeconds - shift);
  }
  return {
    member,
    frame,
    rules,
    extra: extra.keys,
    lengths: extra.lengths,
    exclusionRules: usableRules(frame.event.exclusionRules, frame, settings.skipGaps),
    outKeys: out.keys,
    outDays: out.days,
    followers: series.followers,
    reachBefore,
    reachAfter,
  };
}

/** Binds one series of a UID to its zones and settings. */
export function compileSeries<E extends EventTiming>(series: Series<E>, settings: CompileSettings): CompiledSeries<E> {
  const { master, frame } = series;
  return {
    master: master === null || frame === null ? null : compileMaster(master, frame, series, settings),
    overrides: series.overrides.map((override) => {
      const { frame: own, member } = override;
      const from = instanceStart(own, own.startKey, member.book);
      return { override, from, to: instanceEnd(own, own.startKey, own.length, member.book) };
    }),
  };
}
