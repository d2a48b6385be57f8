import { civilFromDays, daySeconds, daysFromCivil, type CivilDate } from "../civil/civil.ts";
import { wallToUtc } from "../zones/zone-table.ts";
import { isLeftOut, type CompiledRule } from "./compile-rule.ts";
import { monthDays, newDayList, singleDay, weekDays, yearDays, type DayList } from "./period-days.ts";
import { seekDay, type InstanceSink } from "./rule-output.ts";

const scratch: CivilDate = { year: 0, month: 0, day: 0 };

/** A week that BYWEEKNO names may begin in the year before. */
function daysBeforeYear(rule: CompiledRule): number {
  return rule.rule.byWeekNo === null ? 0 : 7;
}

/** Number of the period that holds a day, counted from the start's own. */
function periodOf(rule: CompiledRule, day: number): number {
  switch (rule.frequency) {
    case "YEARLY":
      return Math.floor((civilFromDays(day - daysBeforeYear(rule), scratch).year - rule.weekYear) / rule.interval);
    case "MONTHLY": {
      const date = civilFromDays(day, scratch);
      return Math.floor((date.year * 12 + date.month - 1 - rule.month0) / rule.interval);
    }
    case "WEEKLY":
      return Math.floor((day - rule.weekDay0) / (7 * rule.interval));
    default:
      return Math.floor((day - rule.startDay) / rule.interval);
  }
}

/** Fills the list with the days of a period and returns the period's first day. */
function fillPeriod(rule: CompiledRule, k: number, list: DayList): number {
  const steps = k * rule.interval;
  switch (rule.frequency) {
    case "YEARLY":
      yearDays(rule, list, rule.weekYear + steps);
      return daysFromCivil(rule.weekYear + steps, 1, 1) - daysBeforeYear(rule);
    case "MONTHLY": {
      const year = Math.floor((rule.month0 + steps) / 12);
      const month = rule.month0 + steps - year * 12 + 1;
      monthDays(rule, list, year, month);
      return daysFromCivil(year, month, 1);
    }
    case "WEEKLY":
      weekDays(rule, list, rule.weekDay0 + 7 * steps);
      return rule.weekDay0 + 7 * steps;
    default:
      singleDay(rule, list, rule.startDay + steps);
      return rule.startDay + steps;
  }
}

/** So many periods make a whole Gregorian cycle: a rule without an instance in all of them has none at all. */
function cycleOf(rule: CompiledRule): number {
  if (rule.frequency === "YEARLY") return 400;
  if (rule.frequency === "MONTHLY") return 4800;
  return rule.frequency === "WEEKLY" ? 20_871 : 146_097;
}

/** What one walk keeps between its periods. */
class PeriodWalk {
  readonly rule: CompiledRule;
  readonly sink: InstanceSink;
  /** Instances of the day that is being read, UTC seconds. */
  private day: number[] = [];
  /** Those that a gap moved into the next day, where they must be put in order with its own. */
  private moved: number[] = [];

  constructor(rule: CompiledRule, sink: InstanceSink) {
    this.rule = rule;
    this.sink = sink;
  }

  /** Gives the walls of one local day, ascending, to the sink; `false` at the end of the expansion. */
  private takeDay(dayNumber: number, wallCount: number, wallAt: (i: number) => number): boolean {
    const { rule, sink, day } = this;
    if (!sink.step(wallCount)) return false;
    day.length = 0;
    for (const utc of this.moved) day.push(utc);
    this.moved.length = 0;
    let inOrder = true;
    for (let i = 0; i < wallCount; i++) {
      const wall = wallAt(i);
      if (wall < rule.startWall || isLeftOut(rule, wall)) continue;
      const utc = wallToUtc(rule.zone, wall);
      if (day.length > 0 && utc < (day[day.length - 1] as number)) inOrder = false;
      day.push(utc);
    }
    // A gap can move an instance past a later one of the same day.
    if (!inOrder) day.sort((a, b) => a - b);
    const nextDay = wallToUtc(rule.zone, (dayNumber + 1) * daySeconds);
    for (const utc of day) {
      if (utc >= nextDay) this.moved.push(utc);
      else if (!sink.take(utc)) return false;
    }
    return true;
  }

  /** The days of a period with all their times; `false` at the end. */
  takeAll(list: DayList): boolean {
    const { times } = this.rule;
    for (let i = 0; i < list.length; i++) {
      const day = list.days[i] as number;
      const midnight = day * daySeconds;
      if (this.moved.length > 0 && !this.flushBefore(day)) return false;
      if (!this.takeDay(day, times.length, (j) => midnight + (times[j] as number))) return false;
    }
    return true;
  }

  /** The instances of a period that BYSETPOS picks, from the whole period; `false` at the end. */
  takePositions(list: DayList, positions: readonly number[]): boolean {
    const { times } = this.rule;
    const all = list.length * times.length;
    const indexes = new Set<number>();
    for (const position of positions) {
      const index = position > 0 ? position - 1 : all + position;
      if (index >= 0 && index < all) indexes.add(index);
    }
    const picked = indexes.size < 2 ? [...indexes] : [...indexes].sort((a, b) => a - b);
    for (let at = 0; at < picked.length;) {
      const dayIndex = Math.floor((picked[at] as number) / times.length);
      let end = at + 1;
      while (end < picked.length && Math.floor((picked[end] as number) / times.length) === dayIndex) end++;
      const day = list.days[dayIndex] as number;
      if (this.moved.length > 0 && !this.flushBefore(day)) return false;
      const from = at;
      const wallAt = (j: number): number => day * daySeconds + (times[(picked[from + j] as number) % times.length] as number);
      if (!this.takeDay(day, end - at, wallAt)) return false;
      at = end;
    }
    return true;
  }

  /** Gives out what was moved, where the day that it was moved into is not read. */
  private flushBefore(day: number): boolean {
    const midnight = wallToUtc(this.rule.zone, day * daySeconds);
    if ((this.moved[0] as number) >= midnight) return true;
    for (const utc of this.moved.splice(0)) if (!this.sink.take(utc)) return false;
    return true;
  }

  /** Gives out what is left at the end of the walk. */
  finish(): void {
    for (const utc of this.moved.splice(0)) if (!this.sink.take(utc)) return;
  }
}

const list = newDayList();

/** One time a day and no BYSETPOS: instances come in order whatever a gap does, because it moves all of them alike. */
function takeSingle(rule: CompiledRule, sink: InstanceSink): boolean {
  const time = rule.times[0] as number;
  for (let i = 0; i < list.length; i++) {
    const wall = (list.days[i] as number) * daySeconds + time;
    if (wall >= rule.startWall && !sink.take(wallToUtc(rule.zone, wall))) return false;
  }
  return true;
}

/** DAILY, WEEKLY, MONTHLY and YEARLY with any BY parts. */
export function expandPeriods(rule: CompiledRule, sink: InstanceSink): void {
  const walk = new PeriodWalk(rule, sink);
  const positions = rule.rule.bySetPos;
  const single = rule.times.length === 1 && positions === null && !rule.skipGaps;
  const endDay = sink.endDay();
  const cycle = cycleOf(rule);
  let k = rule.count === Infinity ? Math.max(0, periodOf(rule, seekDay(sink.from))) : 0;
  for (let empty = 0; empty <= cycle; k++) {
    if (fillPeriod(rule, k, list) > endDay) break;
    if (!sink.step(1 + list.candidates)) return;
    const before = sink.seen;
    if (single ? !takeSingle(rule, sink) : positions === null ? !walk.takeAll(list) : !walk.takePositions(list, positions)) return;
    empty = sink.seen === before ? empty + 1 : 0;
  }
  walk.finish();
}
