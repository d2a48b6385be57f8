import type { ZoneDefinition, ZoneObservance } from "@kalends/model";
import { civilFromDays, daySeconds, daysFromCivil, monthLength, weekdayOf } from "../civil/civil.ts";
import { formatLocalIso } from "../civil/local-time.ts";
import { ianaZoneTable } from "./iana-zone.ts";
import { offsetBefore, zoneTransitions, type ZoneTransition } from "./zone-transitions.ts";

const weekdayNames = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
/** A pattern that held for so many years, and to the end of those looked at, goes on for ever. */
const yearsOfProof = 10;

/** Changes of consecutive years that follow one pattern: same offsets, month, weekday and time of day. */
interface Run {
  transitions: ZoneTransition[];
  year: number;
  month: number;
  weekday: number;
  time: number;
  /** Days of the month at which a span of seven days that holds every change may begin. */
  low: number;
  high: number;
  /** Every change is on the last such weekday of the month. */
  last: boolean;
}

function startRun(transition: ZoneTransition): Run {
  const local = transition.utc + transition.offsetFrom;
  const days = Math.floor(local / daySeconds);
  const { year, month, day } = civilFromDays(days);
  return {
    transitions: [transition],
    year,
    month,
    weekday: weekdayOf(days),
    time: local - days * daySeconds,
    low: Math.max(1, day - 6),
    high: Math.min(22, day),
    last: day + 7 > monthLength(year, month),
  };
}

/** Whether the run goes on with the next change; takes it in if so. */
function extend(run: Run, next: Run): boolean {
  const [a, b] = [run.transitions[0] as ZoneTransition, next.transitions[0] as ZoneTransition];
  const alike =
    a.offsetFrom === b.offsetFrom &&
    a.offsetTo === b.offsetTo &&
    next.month === run.month &&
    next.weekday === run.weekday &&
    next.time === run.time;
  if (!alike || next.year !== run.year + 1) return false;
  const low = Math.max(run.low, next.low);
  const high = Math.min(run.high, next.high);
  const last = run.last && next.last;
  if (low > high && !last) return false;
  run.transitions.push(b);
  run.year = next.year;
  Object.assign(run, { low, high, last });
  return true;
}

function runsOf(transitions: readonly ZoneTransition[]): Run[] {
  const runs: Run[] = [];
  for (const transition of transitions) {
    const next = startRun(transition);
    // Only the runs that reached last year or this one can go on.
    const open = runs.filter((run) => run.year >= next.year - 1);
    if (!open.some((run) => extend(run, next))) runs.push(next);
  }
  return runs;
}

function ruleOf(run: Run, endless: boolean): string {
  const weekday = weekdayNames[run.weekday] as string;
  const first = run.low <= run.high ? [1, 8, 15, 22].find((day) => day >= run.low && day <= run.high) : undefined;
  let days: string;
  if (run.last) days = `BYDAY=-1${weekday}`;
  else if (first !== undefined) days = `BYDAY=${(first + 6) / 7}${weekday}`;
  else days = `BYDAY=${weekday};BYMONTHDAY=${[0, 1, 2, 3, 4, 5, 6].map((i) => run.low + i).join(",")}`;
  const end = run.transitions.at(-1) as ZoneTransition;
  const until = endless ? "" : `;UNTIL=${formatLocalIso(end.utc).replace(/[-:]/g, "")}Z`;
  return `FREQ=YEARLY;BYMONTH=${run.month};${days}${until}`;
}

function observancesOf(run: Run, lastYear: number | null): ZoneObservance[] {
  const observance = ({ utc, offsetFrom, offsetTo }: ZoneTransition): ZoneObservance => ({
    start: formatLocalIso(utc + offsetFrom),
    offsetFrom,
    offsetTo,
  });
  const { transitions } = run;
  const endless = lastYear !== null && run.year >= lastYear && transitions.length >= yearsOfProof;
  if (!endless && transitions.length < 3) return transitions.map(observance);
  return [{ ...observance(transitions[0] as ZoneTransition), rule: ruleOf(run, endless) }];
}

/**
 * The observances of an IANA zone from `firstYear` to `lastYear`, as a VTIMEZONE needs them; `endless` lets the pattern of the last years
 * go on for ever. Changes of consecutive years on one pattern become one rule.
 */
export function describeZone(zone: string, tzid: string, firstYear: number, lastYear: number, endless: boolean): ZoneDefinition {
  const table = ianaZoneTable(zone);
  const from = daysFromCivil(firstYear, 1, 1) * daySeconds;
  const horizon = endless ? Math.max(lastYear, 2037) + yearsOfProof : lastYear;
  const to = daysFromCivil(horizon + 1, 1, 1) * daySeconds;
  const base = offsetBefore(table, from);
  const observances: ZoneObservance[] = [{ start: formatLocalIso(from), offsetFrom: base, offsetTo: base }];
  for (const run of runsOf(zoneTransitions(table, from, to))) observances.push(...observancesOf(run, endless ? horizon : null));
  return { tzid, observances };
}
