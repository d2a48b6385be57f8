import type { EventTiming } from "@kalends/model";
import { daySeconds } from "../civil/civil.ts";
import type { Cap } from "../recurrence/rule-output.ts";
import { eventFrame, instanceEnd, instanceStart, instanceWall, type EventFrame, type InstanceLength } from "./event-frame.ts";
import type { ExpandSettings } from "./expand-options.ts";
import { exclusionOf, seriesKeys } from "./series-keys.ts";
import { followedKey, isRecurring, seriesOf, type Series, type SeriesMember, type SeriesOverride } from "./series.ts";

/** One instance as it is found: seconds since the epoch, half-open. */
export interface FoundInstance<E extends EventTiming> {
  /** The event that states the instance. */
  member: SeriesMember<E>;
  from: number;
  to: number;
  /** Wall second of the start in the stating event's zone. */
  wall: number;
  /** The master's frame and the original start in it; `null` for an override whose master is not known. */
  frame: EventFrame | null;
  key: number;
  overridden: boolean;
}

type Visit<E extends EventTiming> = (instance: FoundInstance<E>) => void;

/** Whether [from, to) in seconds touches the range in ms; an instant touches it where it lies inside. */
function touches(from: number, to: number, settings: ExpandSettings): boolean {
  const { range } = settings;
  if (from * 1000 >= range.to) return false;
  return to > from ? to * 1000 > range.from : from * 1000 >= range.from;
}

function isShown(event: EventTiming, settings: ExpandSettings): boolean {
  return event.status !== "cancelled" || settings.includeCancelled;
}

/** Longest that an instance may reach beyond its key in seconds, wall-clock shifts included. */
function reach(frame: EventFrame): number {
  const { days, seconds } = frame.length;
  return days * daySeconds + Math.max(0, seconds) + (days > 0 || frame.dateOnly ? daySeconds : 0);
}

/** The keys of a master that can touch the range, THISANDFUTURE shifts included. */
function keyWindow<E extends EventTiming>(series: Series<E>, frame: EventFrame, settings: ExpandSettings): { from: number; to: number } {
  const first = Math.floor(settings.range.from / 1000);
  const end = Math.ceil(settings.range.to / 1000) + (frame.dateOnly ? daySeconds : 0);
  let from = first - reach(frame);
  let to = end;
  for (const follower of series.followers) {
    const shift = follower.frame.startKey - follower.key;
    from = Math.min(from, first - shift - reach(follower.frame) - 2 * daySeconds);
    to = Math.max(to, end - shift + 2 * daySeconds);
  }
  return { from, to };
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

/** A test for keys that an override replaces. `null` where there is none. */
function replacedBy<E extends EventTiming>(series: Series<E>, frame: EventFrame): ((key: number) => boolean) | null {
  if (series.overrides.length === 0) return null;
  const keys = new Set<number>();
  const days = new Set<number>();
  for (const override of series.overrides) (override.wholeDay ? days : keys).add(override.key);
  return (key) => keys.has(key) || (days.size > 0 && days.has(Math.floor(instanceWall(frame, key) / daySeconds) * daySeconds));
}

function visitMaster<E extends EventTiming>(
  series: Series<E>,
  master: SeriesMember<E>,
  frame: EventFrame,
  settings: ExpandSettings,
  visit: Visit<E>,
): Cap | undefined {
  const { book } = master;
  const window = keyWindow(series, frame, settings);
  const wallOfKey = (key: number): number => instanceWall(frame, key);
  const excluded = exclusionOf(frame, book, window.from, window.to, settings, wallOfKey);
  const replaced = replacedBy(series, frame);
  const { keys, lengths, capped } = seriesKeys(frame, book, window.from, window.to, settings);
  const shown = isShown(master.event, settings);
  for (const key of keys) {
    if (excluded.takesOut?.(key)) continue;
    if (replaced !== null && replaced(key)) continue;
    const follower = series.followers.length === 0 ? undefined : lastFollower(series.followers, key);
    if (follower !== undefined) {
      visitFollowed(follower, frame, key, settings, visit);
      continue;
    }
    if (!shown) continue;
    const length: InstanceLength = lengths?.get(key) ?? frame.length;
    const from = instanceStart(frame, key, book);
    const to = instanceEnd(frame, key, length, book);
    if (touches(from, to, settings)) visit({ member: master, from, to, wall: wallOfKey(key), frame, key, overridden: false });
  }
  return capped ?? excluded.capped;
}

function visitFollowed<E extends EventTiming>(
  follower: SeriesOverride<E>,
  master: EventFrame,
  key: number,
  settings: ExpandSettings,
  visit: Visit<E>,
): void {
  const { member, frame } = follower;
  if (!isShown(member.event, settings)) return;
  const moved = followedKey(follower, master, key);
  const from = instanceStart(frame, moved, member.book);
  const to = instanceEnd(frame, moved, frame.length, member.book);
  if (touches(from, to, settings)) visit({ member, from, to, wall: instanceWall(frame, moved), frame: master, key, overridden: true });
}

function visitOverrides<E extends EventTiming>(series: Series<E>, settings: ExpandSettings, visit: Visit<E>): void {
  for (const { member, frame, key, wholeDay } of series.overrides) {
    if (!isShown(member.event, settings)) continue;
    const from = instanceStart(frame, frame.startKey, member.book);
    const to = instanceEnd(frame, frame.startKey, frame.length, member.book);
    if (!touches(from, to, settings)) continue;
    visit({ member, from, to, wall: frame.startWall, frame: wholeDay ? null : series.frame, key, overridden: true });
  }
}

function visitSingle<E extends EventTiming>(member: SeriesMember<E>, settings: ExpandSettings, visit: Visit<E>): void {
  if (!isShown(member.event, settings)) return;
  const frame = eventFrame(member.event, member.book);
  if (frame === null) return;
  const key = frame.startKey;
  const from = instanceStart(frame, key, member.book);
  if (from * 1000 >= settings.range.to) return;
  const to = instanceEnd(frame, key, frame.length, member.book);
  if (touches(from, to, settings)) visit({ member, from, to, wall: frame.startWall, frame, key, overridden: false });
}

/** Finds the instances of one UID that touch the range, in no particular order. Returns what capped it, if anything. */
export function expandSeries<E extends EventTiming>(
  members: readonly SeriesMember<E>[],
  settings: ExpandSettings,
  visit: Visit<E>,
): Cap | undefined {
  const only = members.length === 1 ? (members[0] as SeriesMember<E>) : undefined;
  if (only !== undefined && only.event.recurrenceId === undefined && !isRecurring(only.event)) {
    visitSingle(only, settings, visit);
    return undefined;
  }
  let capped: Cap | undefined;
  let found = 0;
  const bounded: Visit<E> = (instance) => {
    if (++found <= settings.maxResults) visit(instance);
    else capped = "results";
  };
  for (const series of seriesOf(members)) {
    if (series.master !== null && series.frame !== null) {
      capped = visitMaster(series, series.master, series.frame, settings, bounded) ?? capped;
    }
    visitOverrides(series, settings, bounded);
  }
  return capped;
}
