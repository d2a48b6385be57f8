import type { EventTiming } from "@kalends/model";
import { daySeconds } from "../civil/civil.ts";
import { offsetAtUtc, wallToUtc } from "../zones/zone-table.ts";
import type { ZoneBook } from "../zones/zone-book.ts";
import { eventFrame, instanceWall, keyInSeries, type EventFrame } from "./event-frame.ts";

/** One event of a UID and the zones of the object that it came in. */
export interface SeriesMember<E extends EventTiming = EventTiming> {
  event: E;
  book: ZoneBook;
}

/** An override, bound to the original start that it replaces. */
export interface SeriesOverride<E extends EventTiming> {
  member: SeriesMember<E>;
  frame: EventFrame;
  key: number;
  /** The original start was given as a date on a series with times: it names every instance of that local day. */
  wholeDay: boolean;
}

/** A master with the overrides that belong to it. `master` is `null` where only overrides are known. */
export interface Series<E extends EventTiming> {
  master: SeriesMember<E> | null;
  frame: EventFrame | null;
  overrides: readonly SeriesOverride<E>[];
  /** Those that hold for all later instances too, by original start. */
  followers: readonly SeriesOverride<E>[];
}

export function isRecurring(event: EventTiming): boolean {
  return (event.rules !== undefined && event.rules.length > 0) || (event.additionalTimes !== undefined && event.additionalTimes.length > 0);
}

interface Framed<E extends EventTiming> {
  member: SeriesMember<E>;
  frame: EventFrame;
}

function newer(a: EventTiming, b: EventTiming): boolean {
  return (a.sequence ?? 0) >= (b.sequence ?? 0);
}

/**
 * Masters of one UID: those of the highest SEQUENCE (RFC 5546 section 2.1.4). Two that start alike are versions of one, and the later one
 * stands; others are kept side by side, because dropping a busy time is the worse error.
 */
function currentMasters<E extends EventTiming>(framed: readonly Framed<E>[]): Framed<E>[] {
  const highest = framed.reduce((most, { member }) => Math.max(most, member.event.sequence ?? 0), 0);
  const byStart = new Map<number, Framed<E>>();
  for (const entry of framed) if ((entry.member.event.sequence ?? 0) === highest) byStart.set(entry.frame.startKey, entry);
  return [...byStart.values()];
}

function bindOverrides<E extends EventTiming>(framed: readonly Framed<E>[], master: Framed<E> | undefined): SeriesOverride<E>[] {
  const bound = new Map<string, SeriesOverride<E>>();
  for (const { member, frame } of framed) {
    const original = member.event.recurrenceId;
    if (original === undefined) continue;
    const { key, dateOnly } = keyInSeries(master?.frame ?? { ...frame, dateOnly: original.kind === "date" }, original, member.book);
    if (Number.isNaN(key)) continue;
    const name = `${key}${dateOnly ? "d" : ""}`;
    const rival = bound.get(name);
    if (rival === undefined || newer(member.event, rival.member.event)) bound.set(name, { member, frame, key, wholeDay: dateOnly });
  }
  return [...bound.values()];
}

/** Sorts the events of one UID into series: one for each master, the overrides with the first that recurs. */
export function seriesOf<E extends EventTiming>(members: readonly SeriesMember<E>[]): Series<E>[] {
  const masters: Framed<E>[] = [];
  const overrides: Framed<E>[] = [];
  for (const member of members) {
    const frame = eventFrame(member.event, member.book);
    if (frame === null) continue;
    (member.event.recurrenceId === undefined ? masters : overrides).push({ member, frame });
  }
  const current = masters.length > 1 ? currentMasters(masters) : masters;
  const owner = current.find((entry) => isRecurring(entry.member.event)) ?? current[0];
  const bound = bindOverrides(overrides, owner);
  const followers = bound.filter((entry) => entry.member.event.thisAndFuture === true).sort((a, b) => a.key - b.key);
  if (owner === undefined) return bound.length === 0 ? [] : [{ master: null, frame: null, overrides: bound, followers: [] }];
  return current.map((entry) =>
    entry === owner
      ? { master: entry.member, frame: entry.frame, overrides: bound, followers }
      : { master: entry.member, frame: entry.frame, overrides: [], followers: [] },
  );
}

/** Wall second from which a follower's shift is counted, for an instance of the master. */
function shiftBase(follower: EventFrame, master: EventFrame, key: number): number {
  if (follower.dateOnly) return Math.floor(instanceWall(master, key) / daySeconds) * daySeconds;
  return master.dateOnly ? key : key + offsetAtUtc(follower.zone, key);
}

/** Key of a master's instance as a THISANDFUTURE override moves it: by the same distance on the wall clock (RFC 5545 section 3.8.4.4). */
export function followedKey<E extends EventTiming>(follower: SeriesOverride<E>, master: EventFrame, key: number): number {
  const { frame } = follower;
  const wall = shiftBase(frame, master, key) + frame.startWall - shiftBase(frame, master, follower.key);
  return frame.dateOnly ? wall : wallToUtc(frame.zone, wall);
}
