import type { EventTiming } from "@kalends/model";
import { daySeconds } from "../civil/civil.ts";
import type { CompiledRule } from "../recurrence/compile-rule.ts";
import { expandRule } from "../recurrence/expand-rule.ts";
import type { Cap, RuleOutput } from "../recurrence/rule-output.ts";
import type { CompiledMaster, CompiledSeries } from "./compile-series.ts";
import { instanceEnd, instanceStart, instanceWall, type EventFrame } from "./event-frame.ts";
import type { QuerySettings } from "./expand-options.ts";
import { followedKey, type SeriesMember, type SeriesOverride } from "./series.ts";

/** One instance as it is found: seconds since the epoch, half-open. The object is used again for the next one. */
export interface FoundInstance<E extends EventTiming> {
  /** The event that states the instance. */
  member: SeriesMember<E>;
  from: number;
  to: number;
  /** The stating event's frame, and the key of the instance in it. */
  stated: EventFrame;
  statedKey: number;
  /** The master's frame and the original start in it; `null` for an override whose master is not known. */
  frame: EventFrame | null;
  key: number;
  overridden: boolean;
  /** The stating event's own start stands as it was written, even where it does not exist on that day. */
  asWritten: boolean;
}

export type VisitInstance<E extends EventTiming> = (found: FoundInstance<E>) => void;

/** Wall second of an instance's start in the stating event's zone. */
export function wallOfFound<E extends EventTiming>(found: FoundInstance<E>): number {
  return found.asWritten ? found.stated.startWall : instanceWall(found.stated, found.statedKey);
}

/** Whether [from, to) in seconds touches the range in ms; an instant touches it where it lies inside. */
export function touches(from: number, to: number, settings: QuerySettings): boolean {
  const { range } = settings;
  if (from * 1000 >= range.to) return false;
  return to > from ? to * 1000 > range.from : from * 1000 >= range.from;
}

export function isShown(event: EventTiming, settings: QuerySettings): boolean {
  return event.status !== "cancelled" || settings.includeCancelled;
}

/** The last THISANDFUTURE override at or before an original start. */
function lastFollower<E extends EventTiming>(followers: readonly SeriesOverride<E>[], key: number): SeriesOverride<E> | undefined {
  let low = 0;
  let high = followers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((followers[middle] as SeriesOverride<E>).key <= key) low = middle + 1;
    else high = middle;
  }
  return followers[low - 1];
}

/** Looks into one series, with one budget of steps for all of its rules. */
class SeriesVisit<E extends EventTiming> {
  private readonly settings: QuerySettings;
  private readonly visit: VisitInstance<E>;
  private stepsLeft: number;
  private given = 0;
  capped: Cap | undefined;
  private found: FoundInstance<E> | null = null;

  constructor(settings: QuerySettings, visit: VisitInstance<E>) {
    this.settings = settings;
    this.visit = visit;
    this.stepsLeft = settings.maxSteps;
  }

  private starts(rule: CompiledRule, from: number, to: number): number[] {
    const out: RuleOutput = { starts: [], capped: undefined, steps: 0 };
    expandRule(rule, from, to, out, { maxResults: this.settings.maxResults, maxSteps: this.stepsLeft });
    this.stepsLeft -= out.steps ?? 0;
    this.capped ??= out.capped;
    return out.starts;
  }

  /** The master's keys in [from, to), ascending, none twice. */
  private keys(master: CompiledMaster<E>, from: number, to: number): number[] {
    const { rules, extra } = master;
    if (extra.length === 0 && rules.length === 1) return this.starts(rules[0] as CompiledRule, from, to);
    const all = new Set<number>();
    for (const rule of rules) for (const key of this.starts(rule, from, to)) all.add(key);
    // A length of its own may be longer than the master's: how far back such a start lies does not matter.
    for (const key of extra) if (key < to) all.add(key);
    return [...all].sort((a, b) => a - b);
  }

  private exclusions(master: CompiledMaster<E>, from: number, to: number): ReadonlySet<number> | null {
    if (master.exclusionRules.length === 0) return null;
    const keys = new Set<number>();
    for (const rule of master.exclusionRules) for (const key of this.starts(rule, from, to)) keys.add(key);
    return keys;
  }

  master(master: CompiledMaster<E>): void {
    const { settings } = this;
    const { frame, member, outKeys, outDays, followers, lengths } = master;
    const from = Math.floor(settings.range.from / 1000) - master.reachBefore;
    const to = Math.ceil(settings.range.to / 1000) + master.reachAfter;
    const shown = isShown(member.event, settings);
    if (!shown && followers.length === 0) return;
    const excluded = this.exclusions(master, from, to);
    const { book } = member;
    for (const key of this.keys(master, from, to)) {
      if (outKeys !== null && outKeys.has(key)) continue;
      if (excluded !== null && excluded.has(key)) continue;
      if (outDays !== null && outDays.has(Math.floor(instanceWall(frame, key) / daySeconds) * daySeconds)) continue;
      const follower = followers.length === 0 ? undefined : lastFollower(followers, key);
      if (follower !== undefined) {
        this.followed(follower, frame, key);
        continue;
      }
      if (!shown) continue;
      const start = instanceStart(frame, key, book);
      const end = instanceEnd(frame, key, lengths?.get(key) ?? frame.length, book);
      if (touches(start, end, settings)) this.give(member, start, end, frame, key, frame, key, false, false);
    }
  }

  private followed(follower: SeriesOverride<E>, master: EventFrame, key: number): void {
    const { member, frame } = follower;
    if (!isShown(member.event, this.settings)) return;
    const moved = followedKey(follower, master, key);
    const from = instanceStart(frame, moved, member.book);
    const to = instanceEnd(frame, moved, frame.length, member.book);
    if (touches(from, to, this.settings)) this.give(member, from, to, frame, moved, master, key, true, false);
  }

  overrides(series: CompiledSeries<E>): void {
    const owner = series.master?.frame ?? null;
    for (const { override, from, to } of series.overrides) {
      const { member, frame, key, wholeDay } = override;
      if (!isShown(member.event, this.settings) || !touches(from, to, this.settings)) continue;
      this.give(member, from, to, frame, frame.startKey, wholeDay ? null : owner, key, true, true);
    }
  }

  private give(
    member: SeriesMember<E>,
    from: number,
    to: number,
    stated: EventFrame,
    statedKey: number,
    frame: EventFrame | null,
    key: number,
    overridden: boolean,
    asWritten: boolean,
  ): void {
    if (++this.given > this.settings.maxResults) {
      this.capped = "results";
      return;
    }
    const { found } = this;
    if (found === null) this.found = { member, from, to, stated, statedKey, frame, key, overridden, asWritten };
    else {
      found.member = member;
      found.from = from;
      found.to = to;
      found.stated = stated;
      found.statedKey = statedKey;
      found.frame = frame;
      found.key = key;
      found.overridden = overridden;
      found.asWritten = asWritten;
    }
    this.visit(this.found as FoundInstance<E>);
  }
}

/** Finds the instances of a series that touch the range, in no particular order. Returns what capped it, if anything. */
export function visitSeries<E extends EventTiming>(
  series: CompiledSeries<E>,
  settings: QuerySettings,
  visit: VisitInstance<E>,
): Cap | undefined {
  const one = new SeriesVisit(settings, visit);
  if (series.master !== null) one.master(series.master);
  one.overrides(series);
  return one.capped;
}
