import { civilFromDays, daySeconds, daysFromCivil, monthLength, type CivilDate } from "../civil/civil.ts";
import { steadyTo, wallToUtc } from "../zones/zone-table.ts";
import type { CompiledRule } from "./compile-rule.ts";
import { seekDay, type InstanceSink } from "./rule-output.ts";

/** Every so many days, one time a day. */
export function expandDaily(rule: CompiledRule, sink: InstanceSink): void {
  const { interval, zone, startTime } = rule;
  const k = Math.max(0, Math.floor((seekDay(sink.from) - rule.startDay) / interval));
  sink.left = rule.count - k;
  const step = interval * daySeconds;
  // Between two transitions of the zone the instances lie evenly, so that the zone is asked once a stretch.
  for (let wall = (rule.startDay + k * interval) * daySeconds + startTime; ; ) {
    const count = Math.max(1, Math.ceil((steadyTo(zone, wall) - wall) / step));
    if (!sink.takeRun(wallToUtc(zone, wall), step, count)) return;
    wall += count * step;
  }
}

/** Every so many weeks on some weekdays, one time a day. */
export function expandWeekly(rule: CompiledRule, sink: InstanceSink): void {
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

const scratch: CivilDate = { year: 0, month: 0, day: 0 };
/** Every month of a Gregorian cycle: a day that none of so many periods has will never come. */
const cycleMonths = 4800;

/** Every so many months or years on one day of the month, one time a day. Months without that day have no instance. */
export function expandMonths(rule: CompiledRule, sink: InstanceSink): void {
  const { zone, startTime, month0, monthStep, dayOfMonth, startDay } = rule;
  // Such a day is in every month, so that instances can be counted by division.
  const everyMonth = dayOfMonth >= -28 && dayOfMonth <= 28;
  let k = 0;
  if (everyMonth || rule.count === Infinity) {
    const date = civilFromDays(seekDay(sink.from), scratch);
    k = Math.max(0, Math.floor((date.year * 12 + date.month - 1 - month0) / monthStep));
  }
  const endDay = sink.endDay();
  let counted = k === 0;
  for (let empty = 0; empty <= cycleMonths; k++) {
    const index = month0 + k * monthStep;
    const year = Math.floor(index / 12);
    const month = index - year * 12 + 1;
    const first = daysFromCivil(year, month, 1);
    const length = monthLength(year, month);
    const inMonth = dayOfMonth > 0 ? dayOfMonth : length + 1 + dayOfMonth;
    if (inMonth < 1 || inMonth > length) {
      empty++;
      if (!sink.step(1) || first > endDay) return;
      continue;
    }
    empty = 0;
    if (!counted) {
      sink.left = rule.count - k + (everyMonth && skipsFirst(rule) ? 1 : 0);
      counted = true;
    }
    const day = first + inMonth - 1;
    if (day >= startDay && !sink.take(wallToUtc(zone, day * daySeconds + startTime))) return;
  }
}

/** Whether the first period's day lies before the start, and is no instance. */
function skipsFirst(rule: CompiledRule): boolean {
  const { month0, dayOfMonth } = rule;
  const year = Math.floor(month0 / 12);
  const month = month0 - year * 12 + 1;
  const inMonth = dayOfMonth > 0 ? dayOfMonth : monthLength(year, month) + 1 + dayOfMonth;
  return daysFromCivil(year, month, inMonth) < rule.startDay;
}
