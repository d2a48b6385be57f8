import { busyKindOf, mergeSpans } from "@kalends/availability";
import { deriveBusySpans, type TimingPart } from "@kalends/core";
import { compileTimings, parseCalendar, storedTiming } from "@kalends/ical";
import type { BusySpan, TimeRange } from "@kalends/model";
import { eventFile } from "../caldav/make-events.ts";
import { ratioGoal, times, type Goal } from "../measure/goal.ts";
import { textTable } from "../measure/text-table.ts";
import { timePerCall } from "../measure/time-per-call.ts";
import type { loadFloor } from "./rule-engines.ts";
import { today, window } from "./rule-cases.ts";

const dayMs = 86_400_000;
const fortnight = { from: today * 1000, to: today * 1000 + 14 * dayMs };

/** 2,000 events, 15 % recurring, in three zones, over the 243 days of the query window. */
export function calendarParts(seed: number): TimingPart[] {
  return Array.from({ length: 2_000 }, (_, index) => {
    const text = eventFile(seed * 2_000 + index, window.from * 1000, 243, 0);
    const [object] = parseCalendar(text, { remoteKey: `${index}`, revision: null }).objects;
    if (object === undefined) throw new Error("an event of the benchmark cannot be read");
    return { uid: object.uid, timing: storedTiming(object) };
  });
}

/** Busy spans of a whole calendar in memory, beside the same by the integer loop, which knows no overrides, kinds or exclusions. */
export function measureCalendars(floor: Awaited<ReturnType<typeof loadFloor>>): Goal[] {
  const parts = calendarParts(0);
  const compiled = compileTimings(parts, { floatingZone: "Europe/Berlin" });
  const ready = (range: TimeRange): number => {
    const spans: BusySpan[] = [];
    compiled.visit(range, (from, to, timing) => {
      const kind = busyKindOf(timing);
      if (kind !== null) spans.push({ kind, from, to });
    });
    return mergeSpans(spans).length;
  };
  const work: Record<string, () => number> = {
    // Rules read beforehand, as those of the integer loop are.
    "Kalends ready, 14 days": () => ready(fortnight),
    "Kalends ready, 243 days": () => ready({ from: window.from * 1000, to: window.to * 1000 }),
    "Kalends, 14 days": () => deriveBusySpans(parts, fortnight, "Europe/Berlin").spans.length,
    "Kalends, 243 days": () => deriveBusySpans(parts, { from: window.from * 1000, to: window.to * 1000 }, "Europe/Berlin").spans.length,
  };
  if (floor !== null) {
    const masters = parts.flatMap(({ timing }) => timing.events.map((event) => masterOf(floor, event)));
    work["integer loop, 14 days"] = () => floorSpans(floor, masters, fortnight.from / 1000, fortnight.to / 1000);
    work["integer loop, 243 days"] = () => floorSpans(floor, masters, window.from, window.to);
  }
  const spent = timePerCall(work, { rounds: 5, roundMs: 100 });
  const of = (name: string): number => spent.get(name) as number;
  const rows = ["14 days", "243 days"].map((range) => {
    const [warm, cold] = [of(`Kalends ready, ${range}`), of(`Kalends, ${range}`)];
    const own = [range, (warm / 1000).toFixed(2), (cold / 1000).toFixed(2)];
    if (floor === null) return own;
    const loop = of(`integer loop, ${range}`);
    return [...own, (loop / 1000).toFixed(2), times(warm / loop), times(cold / loop)];
  });
  const heads = ["ready ms", "from rows ms", ...(floor === null ? [] : ["integer loop ms", "ready", "from rows"])];
  console.log(`\n${textTable(["One calendar, 2,000 events, to merged spans", ...heads], rows)}`);
  if (floor === null) return [];
  return [ratioGoal("2,000 events x 14 days in memory: against the integer loop", of("Kalends ready, 14 days") / of("integer loop, 14 days"), { most: 2 })];
}

type Floor = NonNullable<Awaited<ReturnType<typeof loadFloor>>>;

interface Master {
  /** Compiled rule, or the single start in UTC seconds. */
  rule: unknown;
  start: number;
  length: number;
}

function masterOf(floor: Floor, event: TimingPart["timing"]["events"][number]): Master {
  const zone = event.start.kind === "zoned" ? (event.start.zone ?? "UTC") : "UTC";
  const wall = (text: string): number => Date.parse(`${text}Z`) / 1000;
  const start = floor.toUtc(floor.zone(zone), wall(event.start.value));
  const length = event.end === undefined ? 0 : wall(event.end.value) - wall(event.start.value);
  const rule = event.rules?.[0];
  return { rule: rule === undefined ? null : floor.compile(event.start.value.replaceAll(/[-:]/g, ""), zone, rule), start, length };
}

const starts = new Float64Array(20_000);

/** Starts and ends of everything in the range, sorted and merged: numbers only. */
function floorSpans(floor: Floor, masters: readonly Master[], from: number, to: number): number {
  const packed: number[] = [];
  const ends: number[] = [];
  for (const { rule, start, length } of masters) {
    const count = rule === null ? 1 : floor.expand(rule, from - length, to, starts, 0);
    if (rule === null) starts[0] = start;
    for (let at = 0; at < count; at += 1) {
      const begin = starts[at] as number;
      if (begin >= to || begin + length <= from) continue;
      packed.push(begin);
      ends.push(begin + length);
    }
  }
  const order = Float64Array.from(packed, (begin, at) => begin * 2 ** 20 + Math.min(2 ** 20 - 1, (ends[at] as number) - begin)).sort();
  let merged = 0;
  let open = -1;
  for (const both of order) {
    const begin = Math.floor(both / 2 ** 20);
    if (begin > open) merged += 1;
    open = Math.max(open, begin + (both - begin * 2 ** 20));
  }
  return merged;
}
