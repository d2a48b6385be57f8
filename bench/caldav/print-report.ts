import { goalHead, goalRows, ratioGoal, times, type Goal } from "../measure/goal.ts";
import { median } from "../measure/median.ts";
import { textTable } from "../measure/text-table.ts";
import type { Phase } from "./contender.ts";
import type { CaldavSettings, Sample } from "./sample.ts";

const titles: Readonly<Record<string, string>> = {
  "kalends-sync": "Kalends, whole line",
  "bare-fetch": "bare fetch, thrown away",
  floor: "floor: scan, parse, upsert",
  "floor-obliged": "floor and what is owed",
  "tsdav-bare": "tsdav sync + multiget",
  "tsdav-smart": "tsdav smartCollectionSync",
  vdirsyncer: "vdirsyncer",
};
const phaseTitles: Readonly<Record<Phase, string>> = { setup: "", first: "First sync", none: "Nothing changed", changed: "1 % changed" };
type Figure = "wallMs" | "cpuMs" | "processCpuMs" | "peakMb" | "requests" | "withoutLogin" | "bytes";

/** Prints one table for each phase and the goals with what was measured. */
export function printReport(settings: CaldavSettings, server: string, contenders: readonly string[], samples: readonly Sample[]): void {
  const figure = (contender: string, phase: Phase, name: Figure): number =>
    median(samples.filter((sample) => sample.contender === contender && sample.phase === phase).map((sample) => sample[name]));
  console.log(`\n${settings.events.toLocaleString("en")} events, server: ${server}, medians of ${settings.rounds}, Node ${process.versions.node}`);
  for (const phase of settings.phases) {
    const rows = contenders.map((contender) => {
      const of = (name: Figure): number => figure(contender, phase, name);
      const against = (other: string): string =>
        contender === other || !contenders.includes(other) ? "" : times(of("cpuMs") / figure(other, phase, "cpuMs"));
      return [
        titles[contender] ?? contender, seconds(of("wallMs")), seconds(of("cpuMs")), seconds(of("processCpuMs")), of("peakMb").toFixed(0),
        of("requests").toFixed(0), (of("bytes") / 1e6).toFixed(2), against("floor"), against("floor-obliged"), against("kalends-sync"),
      ];
    });
    const head = [phaseTitles[phase], "wall s", "CPU s", "CPU with start s", "peak MB", "requests", "MB read", "CPU / floor", "CPU / owed", "CPU / Kalends"];
    console.log(`\n${textTable(head, rows)}`);
  }
  for (const [name, reason] of settings.left) console.log(`\n${name} was left out: ${reason}.`);
  const goals = goalsOf(settings, contenders, figure);
  if (goals.length > 0) console.log(`\n${textTable(goalHead, goalRows(goals))}`);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(ms < 1000 ? 3 : 2);
}

function goalsOf(settings: CaldavSettings, contenders: readonly string[], figure: (contender: string, phase: Phase, name: Figure) => number): Goal[] {
  const ours = (phase: Phase, name: Figure): number => figure("kalends-sync", phase, name);
  const has = (name: string): boolean => contenders.includes("kalends-sync") && contenders.includes(name);
  const goals: Goal[] = [];
  const compare = (what: string, other: string, phase: Phase, name: Figure, most: number): void => {
    if (has(other)) goals.push(ratioGoal(what, ours(phase, name) / figure(other, phase, name), { most }));
  };
  compare("first sync: CPU against the floor", "floor", "first", "cpuMs", 1.5);
  compare("first sync: CPU against tsdav's bare download", "tsdav-bare", "first", "cpuMs", 1);
  if (has("vdirsyncer")) goals.push(ratioGoal("first sync: wall, times faster than vdirsyncer", figure("vdirsyncer", "first", "wallMs") / ours("first", "wallMs"), { least: 2 }));
  if (!contenders.includes("kalends-sync")) return goals;
  if (settings.server !== "replay") return goals;
  // The scheme is asked for once in a process, over plain http only; here every sync is a process of its own.
  const asked = (phase: Phase): number => ours(phase, "requests") - ours(phase, "withoutLogin");
  goals.push(countGoal("nothing changed: requests under the login", asked("none"), 1));
  goals.push({ what: "nothing changed: CPU", wanted: "at most 100 ms", measured: `${ours("none", "cpuMs").toFixed(0)} ms`, met: ours("none", "cpuMs") <= 100 });
  goals.push(countGoal("1 % changed: requests under the login", asked("changed"), 2));
  compare("1 % changed: CPU against the floor", "floor", "changed", "cpuMs", 1.3);
  const peak = ours("first", "peakMb");
  const limit = settings.events > 10_000 ? 176 : 160;
  goals.push({ what: `first sync: peak memory at ${settings.events.toLocaleString("en")}`, wanted: `at most ${limit} MB`, measured: `${peak.toFixed(0)} MB`, met: peak <= limit });
  return goals;
}

function countGoal(what: string, measured: number, most: number): Goal {
  return { what, wanted: `at most ${most}`, measured: String(measured), met: measured <= most };
}
