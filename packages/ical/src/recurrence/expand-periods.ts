import { civilFromDays, daySeconds, daysFromCivil, type CivilDate } from "../civil/civil.ts";
import { wallToUtc } from "../zones/zone-table.ts";
import { isLeftOut, type CompiledRule } from "./compile-rule.ts";
import { meetsMonth } from "./day-filters.ts";
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

/** How many periods of a DAILY rule lie before the next month that BYMONTH names, where the one that was read is in another month. */
function daysToSkip(rule: CompiledRule, first: number): number {
  if (rule.frequency !== "DAILY" || rule.monthMask === -1) return 0;
  const date = civilFromDays(first, scratch);
  if (meetsMonth(rule, date.month)) return 0;
  let { year, month } = date;
  do {
    month = month === 12 ? 1 : month + 1;
    if (month === 1) year++;
  } while (!meetsMonth(rule, month));
  return Math.max(0, Math.ceil((daysFromCivil(year, month, 1) - first) / rule.interval) - 1);
}

/** So many periods make a whole Gregorian cycle: a rule without an instance in all of them has none at all. */
function cycleOf(rule: CompiledRule): number {
  if (rule.frequency === "YEARLY") return 400;
  if (rule.frequency === "MONTHLY") return 4800;
  return rule.frequency === "WEEKLY" ? 20_871 : 146_097;
}

/** What one walk keeps between its periods. */
class PeriodWalk {
  private readonly rule: CompiledRule;
  private readonly sink: InstanceSink;
  /** Times of day that are read of the present day, as indexes into the rule's own. */
  private readonly picks: number[] = [];
  /** Instances of the day that is being read, UTC seconds. */
  private readonly day: number[] = [];
  /** Those that a gap moved into the next day, where they must be put in order with its own. */
  private readonly moved: number[] = [];

  constructor(rule: CompiledRule, sink: InstanceSink) {
    this.rule = rule;
    this.sink = sink;
  }

  /** Gives the instances of one local day to the sink, at all times of day or at those picked; `false` at the end of the expansion. */
  private takeDay(dayNumber: number, picks: readonly number[] | null): boolean {
    const { rule, sink, day, moved } = this;
    const count = picks?.length ?? rule.times.length;
    if (!sink.step(count)) return false;
    if (moved.length > 0 && !this.flushBefore(dayNumber)) return false;
    const midnight = dayNumber * daySeconds;
    day.length = 0;
    let inOrder = moved.length === 0;
    for (const utc of moved) day.push(utc);
    moved.length = 0;
    for (let i = 0; i < count; i++) {
      const wall = midnight + (rule.times[picks === null ? i : (picks[i] as number)] as number);
      if (wall < rule.startWall || isLeftOut(rule, wall)) continue;
      const utc = wallToUtc(rule.zone, wall);
      if (day.length > 0 && utc < (day[day.length - 1] as number)) inOrder = false;
      day.push(utc);
    }
    // A gap can move an instance past a later one of the same day.
    if (!inOrder) day.sort((a, b) => a - b);
    const nextDay = wallToUtc(rule.zone, midnight + daySeconds);
    for (const utc of day) {
      if (utc >= nextDay) moved.push(utc);
      else if (!sink.take(utc)) return false;
    }
    return true;
  }

  /** The days of a period with all their times; `false` at the end. */
  takeAll(list: DayList): boolean {
    for (let i = 0; i < list.length; i++) if (!this.takeDay(list.days[i] as number, null)) return false;
    return true;
  }

  /** The instances of a period that BYSETPOS picks, from the whole period; `false` at the end. */
  takePositions(list: DayList, positions: readonly number[]): boolean {
    const perDay = this.rule.times.length;
    const indexes = pickedIndexes(positions, list.length * perDay);
    const { picks } = this;
    for (let at = 0; at < indexes.length;) {
      const dayIndex = Math.floor((indexes[at] as number) / perDay);
      picks.length = 0;
      while (at < indexes.length && (indexes[at] as number) < (dayIndex + 1) * perDay) picks.push((indexes[at++] as number) - dayIndex * perDay);
      if (!this.takeDay(list.days[dayIndex] as number, picks)) return false;
    }
    return true;
  }

  /** Gives out what was moved, where the day that it was moved into is not read. */
  private flushBefore(day: number): boolean {
    const midnight = wallToUtc(this.rule.zone, day * daySeconds);
    return (this.moved[0] as number) >= midnight || this.finish();
  }

  /** Gives out what is left; `false` at the end of the expansion. */
  finish(): boolean {
    for (const utc of this.moved.splice(0)) if (!this.sink.take(utc)) return false;
    return true;
  }
}

/** Indexes from 0 that BYSETPOS picks out of so many instances, ascending, none twice. */
function pickedIndexes(positions: readonly number[], all: number): number[] {
  const indexes: number[] = [];
  for (const position of positions) {
    const index = position > 0 ? position - 1 : all + position;
    if (index >= 0 && index < all) indexes.push(index);
  }
  if (indexes.length < 2) return indexes;
  indexes.sort((a, b) => a - b);
  return indexes.filter((index, i) => i === 0 || index !== indexes[i - 1]);
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

const mostDays = { DAILY: 1, WEEKLY: 7, MONTHLY: 31, YEARLY: 371 } as const;

/** DAILY, WEEKLY, MONTHLY and YEARLY with any BY parts. */
export function expandPeriods(rule: CompiledRule, sink: InstanceSink): void {
  const walk = new PeriodWalk(rule, sink);
  const most = mostDays[rule.frequency as keyof typeof mostDays] * rule.times.length;
  // Positions that no period has would only be looked at again and again.
  const positions = rule.rule.bySetPos?.filter((position) => Math.abs(position) <= most) ?? null;
  const single = rule.times.length === 1 && positions === null && !rule.skipGaps;
  const endDay = sink.endDay();
  const cycle = cycleOf(rule);
  let k = rule.count === Infinity ? Math.max(0, periodOf(rule, seekDay(sink.from))) : 0;
  for (let empty = 0; empty <= cycle; k++) {
    const first = fillPeriod(rule, k, list);
    if (first > endDay) break;
    if (!sink.step(1 + list.candidates)) return;
    empty++;
    if (list.length === 0) {
      const skipped = daysToSkip(rule, first);
      k += skipped;
      empty += skipped;
      continue;
    }
    const before = sink.seen;
    if (single ? !takeSingle(rule, sink) : positions === null ? !walk.takeAll(list) : !walk.takePositions(list, positions)) return;
    if (sink.seen !== before) empty = 0;
  }
  walk.finish();
}
