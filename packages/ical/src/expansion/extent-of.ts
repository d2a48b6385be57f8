import type { EventTiming, StoredTiming } from "@kalends/model";
import { daySeconds } from "../civil/civil.ts";
import type { CompiledRule } from "../recurrence/compile-rule.ts";
import { expandRule } from "../recurrence/expand-rule.ts";
import { endOfTime, type RuleOutput } from "../recurrence/rule-output.ts";
import { ianaZoneTable } from "../zones/iana-zone.ts";
import { wallToUtc } from "../zones/zone-table.ts";
import { ZoneBook } from "../zones/zone-book.ts";
import { eventFrame, instanceEnd, instanceStart, keyInSeries, timedLength, type EventFrame } from "./event-frame.ts";
import { usableRules } from "./compile-series.ts";

export interface Extent {
  /** Ms since the epoch: never after the start of the first instance. */
  first: number;
  /** Ms since the epoch: never before the end of the last instance; `null` where the series has no end, or none that is cheaply known. */
  last: number | null;
  /** Some time named a zone that nobody could resolve; it was read in the floating zone. */
  unresolvedZone: boolean;
}

/** Rules with more instances, periods or years than this are not counted out. */
const cheapYears = 40;
const cheap = { maxResults: 2000, maxSteps: 5000 };

/** Most days of one period, where every period has an instance; `null` where one may have none. */
function periodDays(rule: CompiledRule): number | null {
  if (rule.shape === "daily") return rule.interval;
  if (rule.shape === "weekly") return 7 * rule.interval;
  const everyMonth = (rule.shape === "monthly" || rule.shape === "yearly") && rule.dayOfMonth >= -28 && rule.dayOfMonth <= 28;
  return everyMonth ? 31 * rule.monthStep : null;
}

/** A key at or after the rule's last instance; `null` where there is none or it is not cheaply known. */
function lastKey(rule: CompiledRule): number | null {
  if (rule.until !== Infinity) return Math.max(rule.until, rule.startUtc);
  if (rule.count === Infinity) return null;
  const days = periodDays(rule);
  // One instance a period at least lies within so many periods; gaps move by less than a day.
  if (days !== null) return Math.min(rule.startUtc + ((rule.count + 1) * days + 1) * daySeconds, endOfTime);
  if (rule.count > cheap.maxResults) return null;
  const out: RuleOutput = { starts: [], capped: undefined };
  expandRule(rule, -Infinity, rule.startUtc + cheapYears * 366 * daySeconds, out, cheap);
  return out.starts.length === rule.count ? (out.starts.at(-1) as number) : null;
}

class Bounds {
  first = Infinity;
  last: number | null = -Infinity;

  add(from: number, to: number | null): void {
    if (from < this.first) this.first = from;
    if (this.last !== null) this.last = to === null ? null : Math.max(this.last, to, from);
  }
}

/** Bounds of an event's own instances, kept as keys for followers too. */
function addEvent(frame: EventFrame, book: ZoneBook, bounds: Bounds): void {
  const { event } = frame;
  const start = instanceStart(frame, frame.startKey, book);
  bounds.add(start, instanceEnd(frame, frame.startKey, frame.length, book));
  if (event.recurrenceId !== undefined) return;
  for (const extra of event.additionalTimes ?? []) {
    const { key, dateOnly } = keyInSeries(frame, extra.start, book);
    if (Number.isNaN(key)) continue;
    const at = dateOnly ? wallToUtc(frame.zone, key) : instanceStart(frame, key, book);
    const own = frame.dateOnly ? frame.length : timedLength(extra, at, book);
    const slack = dateOnly ? daySeconds : 0;
    const reach = Math.max(instanceEnd(frame, key, frame.length, book), at + own.days * daySeconds + own.seconds + daySeconds);
    bounds.add(at, reach + slack);
  }
  for (const rule of usableRules(event.rules, frame, false)) {
    const key = lastKey(rule);
    const slack = frame.dateOnly || frame.length.days > 0 ? daySeconds : 0;
    bounds.add(start, key === null ? null : instanceEnd(frame, key, frame.length, book) + slack);
  }
}

/** THISANDFUTURE overrides move later instances: the bounds follow the widest move. */
function addFollowers(frames: readonly EventFrame[], books: ZoneBook, bounds: Bounds): void {
  const seriesLast = bounds.last;
  const seriesFirst = bounds.first;
  const master = frames.find((frame) => frame.event.recurrenceId === undefined);
  for (const frame of frames) {
    const { event } = frame;
    if (event.thisAndFuture !== true || event.recurrenceId === undefined) continue;
    const key = keyInSeries(master ?? frame, event.recurrenceId, books).key;
    if (Number.isNaN(key)) continue;
    const shift = frame.startKey - key;
    const length = frame.length.days * daySeconds + frame.length.seconds;
    bounds.add(
      seriesFirst + Math.min(0, shift) - 2 * daySeconds,
      seriesLast === null ? null : seriesLast + Math.max(0, shift) + length + 2 * daySeconds,
    );
  }
}

/**
 * First instant and end of everything in one object, overrides included: wide enough, never too narrow, and cheap. An endless rule, and
 * one whose end would have to be counted out at length, gives `last: null`. Throws `zone-unknown` for the floating zone.
 */
export function extentOf(timing: StoredTiming, options: { floatingZone: string }): Extent {
  const book = new ZoneBook(ianaZoneTable(options.floatingZone), timing.zones ?? []);
  const bounds = new Bounds();
  const frames: EventFrame[] = [];
  for (const event of timing.events as readonly EventTiming[]) {
    const frame = eventFrame(event, book);
    if (frame === null) continue;
    frames.push(frame);
    addEvent(frame, book, bounds);
  }
  addFollowers(frames, book, bounds);
  if (bounds.first === Infinity) return { first: 0, last: 0, unresolvedZone: book.unresolved };
  return { first: bounds.first * 1000, last: bounds.last === null ? null : bounds.last * 1000, unresolvedZone: book.unresolved };
}
