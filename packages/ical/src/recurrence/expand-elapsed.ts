import { civilFromDays, daySeconds, daysFromCivil } from "../civil/civil.ts";
import { offsetAtUtc, wallToUtc } from "../zones/zone-table.ts";
import type { CompiledRule } from "./compile-rule.ts";
import { meetsDayParts, meetsMonth } from "./day-filters.ts";
import type { InstanceSink } from "./rule-output.ts";

const unitSeconds = { HOURLY: 3600, MINUTELY: 60, SECONDLY: 1 } as const;
const cycleSeconds = 146_097 * daySeconds;

/** Start of the next listed unit after `value` inside its parent (which starts at `parent`), or the next parent where none is left. */
function nextListed(list: readonly number[], value: number, parent: number, unit: number, units: number): number {
  return parent + (list.find((entry) => entry > value) ?? units) * unit;
}

/** Wall second from which the first unmet limit may be met again; `wall` itself where all are met. */
function nextCandidate(rule: CompiledRule, wall: number): number {
  const { byHour, byMinute, bySecond } = rule.rule;
  const day = Math.floor(wall / daySeconds);
  if (!meetsDayParts(rule, day)) {
    const date = civilFromDays(day);
    if (meetsMonth(rule, date.month)) return (day + 1) * daySeconds;
    return daysFromCivil(date.month === 12 ? date.year + 1 : date.year, (date.month % 12) + 1, 1) * daySeconds;
  }
  const time = wall - day * daySeconds;
  const hour = Math.floor(time / 3600);
  if (byHour !== null && !byHour.includes(hour)) return nextListed(byHour, hour, day * daySeconds, 3600, 24);
  if (rule.frequency === "HOURLY") return wall;
  const minute = Math.floor(time / 60) % 60;
  if (byMinute !== null && !byMinute.includes(minute)) return nextListed(byMinute, minute, day * daySeconds + hour * 3600, 60, 60);
  if (rule.frequency === "MINUTELY") return wall;
  const second = time % 60;
  return bySecond === null || bySecond.includes(second) ? wall : nextListed(bySecond, second, wall - second, 1, 60);
}

/** Seconds after the period's first one at which instances start, or `null` where it is just the start's own. */
function offsetsInPeriod(rule: CompiledRule): number[] | null {
  const { byMinute, bySecond } = rule.rule;
  if (rule.frequency === "SECONDLY" || (bySecond === null && (rule.frequency === "MINUTELY" || byMinute === null))) return null;
  const seconds = bySecond ?? [rule.startTime % 60];
  if (rule.frequency === "MINUTELY") return [...seconds];
  const minutes = byMinute ?? [Math.floor(rule.startTime / 60) % 60];
  return minutes.flatMap((minute) => seconds.map((second) => minute * 60 + second));
}

function positioned(rule: CompiledRule, offsets: number[]): number[] {
  const positions = rule.rule.bySetPos;
  if (positions === null) return offsets;
  const wanted = new Set(positions);
  return offsets.filter((_, i) => wanted.has(i + 1) || wanted.has(i - offsets.length));
}

/** UTC second of a wall second in the period around `utc`, on the side of a shift where the period is; in a gap it moves forward. */
function instantInPeriod(rule: CompiledRule, utc: number, wall: number, wanted: number): number {
  const at = utc + wanted - wall;
  return at + offsetAtUtc(rule.zone, at) === wanted ? at : wallToUtc(rule.zone, wanted);
}

/** One period of these rules costs about four times as much as a day of the others. */
const periodCost = 4;

/**
 * HOURLY, MINUTELY and SECONDLY: exact elapsed time from the start, BY parts read on the wall clock. Unmet limits are jumped over by
 * whole months, days, hours and minutes.
 */
export function expandElapsed(rule: CompiledRule, sink: InstanceSink): void {
  const unit = unitSeconds[rule.frequency as keyof typeof unitSeconds];
  const step = unit * rule.interval;
  const own = offsetsInPeriod(rule);
  const offsets = positioned(rule, own ?? [0]);
  // A period begins on the full hour or minute where BY parts choose inside it, else at the start's own second.
  const first = own === null ? rule.startUtc : rule.startUtc - (rule.startTime % unit);
  const { byHour, byMinute, bySecond, byDay, byMonth, byMonthDay, byYearDay } = rule.rule;
  const free = [byHour, byMinute, bySecond, byDay, byMonth, byMonthDay, byYearDay].every((part) => part === null);
  let k = 0;
  if (rule.count === Infinity || free) k = Math.max(0, Math.floor((sink.from - first) / step) - 1);
  if (free) sink.left -= k;
  let lastHit = first + k * step;
  const end = Math.min(sink.to, sink.until + 1) + 2 * unit;
  while (sink.step(periodCost)) {
    const utc = first + k * step;
    if (utc >= end) return;
    if (utc - lastHit > cycleSeconds && daySeconds % step === 0) return;
    const wall = utc + offsetAtUtc(rule.zone, utc);
    const candidate = nextCandidate(rule, wall);
    if (candidate > wall) {
      k = Math.max(k + 1, Math.ceil((wallToUtc(rule.zone, candidate) - first) / step));
      continue;
    }
    if (!sink.step(offsets.length)) return;
    if (own === null) {
      lastHit = utc;
      if (utc >= rule.startUtc && !sink.take(utc)) return;
    } else {
      const periodWall = wall - (((wall % unit) + unit) % unit);
      for (const offset of offsets) {
        const at = instantInPeriod(rule, utc, wall, periodWall + offset);
        // Around a shift of half an hour two periods share an instant.
        if (at < rule.startUtc || at <= sink.last) continue;
        lastHit = utc;
        if (!sink.take(at)) return;
      }
    }
    k++;
  }
}
