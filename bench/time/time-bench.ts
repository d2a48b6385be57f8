import { localToUtc, offsetAt } from "@kalends/ical";
import { DateTime, IANAZone } from "luxon";
import { goalHead, goalRows, ratioGoal, times, type Goal } from "../measure/goal.ts";
import { textTable } from "../measure/text-table.ts";
import { timePerCall } from "../measure/time-per-call.ts";
import { measureCalendars } from "./calendar-times.ts";
import { ruleCases, today, window } from "./rule-cases.ts";
import { floorEngine, icalJsEngine, kalendsEngine, kalendsEventEngine, loadFloor, rruleEngine, rruleTemporalEngine, type RuleEngine } from "./rule-engines.ts";
import { measureStoredSpans } from "./stored-spans.ts";

/** Expansion, free-busy and zones beside peers and beside the bare integer loop of the shared facts; ratios, in one process. */
export async function runTimeBench(_options: ReadonlyMap<string, string>): Promise<void> {
  const floor = await loadFloor();
  if (floor === null) console.log("The bare integer loop is left out: the folder of shared facts is not here (KALENDS_SHARED names it).");
  const engines: Record<string, RuleEngine> = {
    kalends: kalendsEngine,
    "kalends, event": kalendsEventEngine,
    ...(floor === null ? {} : { floor: floorEngine(floor) }),
    "rrule-temporal": rruleTemporalEngine,
    "ical.js": icalJsEngine,
    rrule: rruleEngine,
  };
  const goals = [...ruleTable(engines, "warm"), ...ruleTable(engines, "cold")];
  goals.push(...zoneTable(floor));
  goals.push(...measureCalendars(floor));
  goals.push(...(await measureStoredSpans()));
  console.log(`\n${textTable(goalHead, goalRows(goals))}`);
}

function ruleTable(engines: Readonly<Record<string, RuleEngine>>, how: "warm" | "cold"): Goal[] {
  const names = Object.keys(engines);
  const goals: Goal[] = [];
  const rows = ruleCases.map((one) => {
    const counts = new Map<string, number>();
    const work = Object.fromEntries(
      Object.entries(engines).map(([name, engine]) => {
        const ready = engine(one);
        counts.set(name, ready(window.from, window.to));
        return [name, how === "warm" ? () => ready(window.from, window.to) : () => engine(one)(window.from, window.to)];
      }),
    );
    const spent = timePerCall(work, { rounds: 5 });
    const of = (name: string): number => spent.get(name) as number;
    const limit = one.name.startsWith("c ") && how === "warm" ? 2 : 3;
    if (names.includes("floor")) goals.push(ratioGoal(`${one.name}, ${how}: against the integer loop`, of("kalends") / of("floor"), { most: limit }));
    const cell = (name: string): string => {
      const same = counts.get(name) === counts.get("kalends") ? "" : ` (finds ${counts.get(name)})`;
      return `${of(name).toFixed(of(name) < 100 ? 2 : 0)}${name === "kalends" ? "" : ` (${times(of(name) / of("kalends"))})`}${same}`;
    };
    return [one.name, String(counts.get("kalends")), ...names.map(cell)];
  });
  console.log(`\n${textTable([`One rule, 243 days, ${how}: us (x Kalends)`, "found", ...names], rows)}`);
  return goals;
}

function zoneTable(floor: Awaited<ReturnType<typeof loadFloor>>): Goal[] {
  const zone = "America/New_York";
  const instants = Array.from({ length: 1024 }, (_, index) => window.from + ((index * 7919) % (243 * 1440)) * 60);
  const luxonZone = IANAZone.create(zone);
  const bare = floor?.zone(zone);
  const over = (each: (seconds: number) => number): (() => number) => () => {
    let sum = 0;
    for (const instant of instants) sum += each(instant);
    return sum;
  };
  const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const spent = timePerCall(
    {
      "Kalends, instant to offset": over((seconds) => offsetAt(zone, seconds * 1000)),
      "Kalends, wall time to instant": over((seconds) => localToUtc(zone, seconds) / 1e6),
      ...(floor === null ? {} : { "integer loop, wall time to instant": over((seconds) => floor.toUtc(bare, seconds) / 1e3) }),
      "luxon, instant to offset": over((seconds) => luxonZone.offset(seconds * 1000)),
      "luxon, wall time to instant": over((seconds) => {
        const at = new Date(seconds * 1000);
        const wall = { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate(), hour: at.getUTCHours(), minute: at.getUTCMinutes() };
        return DateTime.fromObject(wall, { zone }).toMillis() / 1e6;
      }),
      "Intl.DateTimeFormat kept, format": over((seconds) => format.format(seconds * 1000).length),
    },
    { rounds: 5 },
  );
  const each = (name: string): number => ((spent.get(name) as number) * 1000) / instants.length;
  const rows = [...spent.keys()].map((name) => [name, each(name).toFixed(0), times(each(name) / each("Kalends, wall time to instant"))]);
  console.log(`\n${textTable([`Zone look-up, New York, random instants around ${new Date(today * 1000).toISOString().slice(0, 10)}`, "ns", "x Kalends"], rows)}`);
  const goals = [
    ratioGoal("zone look-up: times faster than luxon (instant to offset)", each("luxon, instant to offset") / each("Kalends, instant to offset"), { least: 80 }),
    ratioGoal("zone look-up: times faster than luxon (wall to instant)", each("luxon, wall time to instant") / each("Kalends, wall time to instant"), { least: 80 }),
  ];
  if (floor !== null) {
    goals.push(ratioGoal("zone look-up: against cached transitions", each("Kalends, wall time to instant") / each("integer loop, wall time to instant"), { most: 3 }));
  }
  return goals;
}
