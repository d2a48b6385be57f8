import { civilFromDays, daySeconds, daysFromCivil } from "../civil/civil.ts";
import { wallToUtc } from "../zones/zone-table.ts";
import { isLeftOut, type CompiledRule } from "./compile-rule.ts";
import { expandElapsed } from "./expand-elapsed.ts";
import { monthDays, newDayList, singleDay, weekDays, yearDays, type DayList } from "./period-days.ts";
import { defaultRuleLimits, InstanceSink, type RuleLimits, type RuleOutput } from "./rule-output.ts";

/** The day on which a seek may begin: no zone is further than a day from UTC, and a gap moves by less than a day. */
function seekDay(from: number): number {
  return Math.floor(from / daySeconds) - 2;
}

function expandDaily(rule: CompiledRule, sink: InstanceSink): void {
  const { interval, zone, startTime } = rule;
  const k = Math.max(0, Math.floor((seekDay(sink.from) - rule.startDay) / interval));
  sink.left = rule.count - k;
  for (let day = rule.startDay + k * interval; sink.take(wallToUtc(zone, day * daySeconds + startTime));) day += interval;
}

function expandWeekly(rule: CompiledRule, sink: InstanceSink): void {
  const { zone, startTime, weekOffsets } = rule;
  const step = 7 * rule.interval;
  const perWeek = weekOffsets.length;
  const k = Math.max(0, Math.floor((seekDay(sink.from) - rule.weekDay0) / step));
  sink.left = k === 0 ? rule.count : rule.count - k * perWeek + rule.weekSkipped;
  for (let week = rule.weekDay0 + k * step; ; week += step) {
    for (let i = 0; i < perWeek; i++) {
      const day = week + (weekOffsets[i] as number);
      if (day < rule.startDay) continue;
      if (!sink.take(wallToUtc(zone, day * daySeconds + startTime))) return;
    }
  }
}

/** Wall seconds of one period's instances in order, BYSETPOS applied to the whole period, those before the start left out. */
function periodWalls(rule: CompiledRule, list: DayList, walls: number[]): void {
  walls.length = 0;
  const { times, startWall } = rule;
  const perDay = times.length;
  const positions = rule.rule.bySetPos;
  const add = (index: number): void => {
    const wall = (list.days[Math.floor(index / perDay)] as number) * daySeconds + (times[index % perDay] as number);
    if (wall >= startWall && !isLeftOut(rule, wall)) walls.push(wall);
  };
  const all = list.length * perDay;
  if (positions === null) {
    for (let i = 0; i < all; i++) add(i);
    return;
  }
  const indexes = new Set<number>();
  for (const position of positions) {
    const index = position > 0 ? position - 1 : all + position;
    if (index >= 0 && index < all) indexes.add(index);
  }
  for (const index of [...indexes].sort((a, b) => a - b)) add(index);
}

/** Gives one period's instances to the sink; `false` at the end of the expansion. */
function takePeriod(rule: CompiledRule, walls: number[], sink: InstanceSink): boolean {
  let inOrder = true;
  for (let i = 0; i < walls.length; i++) {
    const utc = (walls[i] = wallToUtc(rule.zone, walls[i] as number));
    if (i > 0 && utc <= (walls[i - 1] as number)) inOrder = false;
  }
  // A gap can move an instance past a later one of the same day.
  if (!inOrder) walls.sort((a, b) => a - b);
  for (const utc of walls) if (!sink.take(utc)) return false;
  return true;
}

/** Steps through the periods of one frequency. `days` fills the list for period k and returns its first day. */
interface PeriodWalk {
  seek: (day: number) => number;
  days: (k: number, list: DayList) => number;
  /** After so many periods in a row without an instance there will never be one: the calendar's cycle is through. */
  cycle: number;
}

function walkFor(rule: CompiledRule): PeriodWalk {
  const { interval } = rule;
  const yearOf = (day: number): number => civilFromDays(day).year;
  switch (rule.frequency) {
    case "YEARLY": {
      // A week that BYWEEKNO names may begin in the year before.
      const early = rule.rule.byWeekNo === null ? 0 : 7;
      return {
        seek: (day) => Math.floor((yearOf(day - early) - rule.weekYear) / interval),
        days: (k, list) => {
          const year = rule.weekYear + k * interval;
          yearDays(rule, list, year);
          return daysFromCivil(year, 1, 1) - early;
        },
        cycle: 400,
      };
    }
    case "MONTHLY": {
      const month0 = rule.year * 12 + rule.month - 1;
      return {
        seek: (day) => {
          const date = civilFromDays(day);
          return Math.floor((date.year * 12 + date.month - 1 - month0) / interval);
        },
        days: (k, list) => {
          const month = month0 + k * interval;
          const year = Math.floor(month / 12);
          monthDays(rule, list, year, month - year * 12 + 1);
          return daysFromCivil(year, month - year * 12 + 1, 1);
        },
        cycle: 4800,
      };
    }
    case "WEEKLY":
      return {
        seek: (day) => Math.floor((day - rule.weekDay0) / (7 * interval)),
        days: (k, list) => {
          const first = rule.weekDay0 + 7 * interval * k;
          weekDays(rule, list, first);
          return first;
        },
        cycle: 20_871,
      };
    default:
      return {
        seek: (day) => Math.floor((day - rule.startDay) / interval),
        days: (k, list) => {
          const day = rule.startDay + interval * k;
          singleDay(rule, list, day);
          return day;
        },
        cycle: 146_097,
      };
  }
}

const walls: number[] = [];
const list = newDayList();

function expandPeriods(rule: CompiledRule, sink: InstanceSink, maxSteps: number): void {
  const walk = walkFor(rule);
  let k = rule.count === Infinity ? Math.max(0, walk.seek(seekDay(sink.from))) : 0;
  let empty = 0;
  const endDay = Math.min(sink.to, sink.until) / daySeconds + 2;
  for (let step = 0; step < maxSteps; step++, k++) {
    if (walk.days(k, list) > endDay) return;
    periodWalls(rule, list, walls);
    empty = walls.length === 0 ? empty + 1 : 0;
    if (empty > walk.cycle) return;
    if (!takePeriod(rule, walls, sink)) return;
  }
  sink.out.capped = "steps";
}

/**
 * UTC seconds of the rule's instances with from <= start < to, ascending, appended to `out.starts`. Never hangs: it ends at the
 * window's end, after a whole Gregorian cycle without an instance, or at a limit, which it names in `out.capped`.
 */
export function expandRule(rule: CompiledRule, from: number, to: number, out: RuleOutput, limits: RuleLimits = defaultRuleLimits): void {
  if (rule.until < rule.startUtc || to <= rule.startUtc || from > rule.until) return;
  const sink = new InstanceSink(out, Math.max(from, rule.startUtc), to, rule.until, rule.count, limits);
  if (rule.shape === "weekly") expandWeekly(rule, sink);
  else if (rule.shape === "daily") expandDaily(rule, sink);
  else if (rule.shape === "period") expandPeriods(rule, sink, limits.maxSteps);
  else expandElapsed(rule, sink, limits.maxSteps);
}
