import type { ServerKind } from "@kalends/testing";
import { numberOption } from "../measure/arguments.ts";
import { buildContenders } from "../measure/build-contenders.ts";
import { times } from "../measure/goal.ts";
import { median } from "../measure/median.ts";
import { textTable } from "../measure/text-table.ts";
import { eventFile } from "./make-events.ts";
import { printReport } from "./print-report.ts";
import { startRealServer } from "./real-server.ts";
import { runRound } from "./run-round.ts";
import type { CaldavSettings, Sample } from "./sample.ts";
import { missingVdirsyncer } from "./vdirsyncer.ts";

const kinds: readonly ServerKind[] = ["radicale", "xandikos", "sabredav", "davical", "caldav-adapter"];
/** At every server: a bare list and fetch works at all of them, while some have no sync-collection. */
const everywhere = ["kalends-sync", "bare-list", "vdirsyncer"];
/** At Radicale, which has it. */
const beside = ["kalends-sync", "bare-fetch", "tsdav-bare", "tsdav-smart", "vdirsyncer"];

/**
 * First sync and a sync without changes from each real server, and then of a larger calendar of Radicale beside all peers. With a real server
 * its own time is in every wall clock, so that the ratios, requests and bytes are what to look at.
 */
export async function runServersBench(options: ReadonlyMap<string, string>): Promise<void> {
  const events = numberOption(options, "events", 5_000);
  const large = numberOption(options, "beside", 10_000);
  const rounds = numberOption(options, "rounds", 1);
  const wanted = (options.get("only")?.split(",") ?? [...kinds, "beside"]);
  const files = await buildContenders([...new Set([...everywhere, ...beside])].filter((name) => name !== "vdirsyncer").map((name) => `caldav/contenders/${name}.ts`));
  const left = new Map<string, string>();
  const missing = missingVdirsyncer();
  if (missing !== null) left.set("vdirsyncer", missing);
  const rows: string[][] = [];
  for (const kind of kinds.filter((each) => wanted.includes(each))) {
    const settings: CaldavSettings = { events, rounds, server: kind, left: new Map(left), phases: ["first", "none"] };
    const samples = await measure(settings, everywhere.filter((name) => !left.has(name)), files);
    rows.push(...rowsOf(kind, settings, samples));
    for (const [name, reason] of settings.left) if (!left.has(name)) process.stderr.write(`${kind}: ${name} was left out: ${reason}\n`);
  }
  if (rows.length > 0) {
    const head = ["First sync", "wall s", "CPU s", "peak MB", "requests", "MB read", "wall / bare", "CPU / bare", "vdirsyncer wall / Kalends", "no change: requests", "no change: wall s"];
    console.log(`\n${events.toLocaleString("en")} events from each server, ${rounds === 1 ? "one run" : `medians of ${rounds}`}, Node ${process.versions.node}\n\n${textTable(head, rows)}`);
  }
  if (!wanted.includes("beside")) return;
  const settings: CaldavSettings = { events: large, rounds, server: "radicale", left: new Map(left), phases: ["first", "none"] };
  const contenders = beside.filter((name) => !left.has(name));
  printReport(settings, "radicale", contenders.filter((name) => !settings.left.has(name)), await measure(settings, contenders, files));
}

async function measure(settings: CaldavSettings, contenders: readonly string[], files: ReadonlyMap<string, string>): Promise<Sample[]> {
  // All inside Kalends' query window, so that nothing is left out of the work.
  const from = Date.now() - 40 * 86_400_000;
  process.stderr.write(`${settings.server}: laying out ${settings.events} events\n`);
  const server = await startRealServer(settings.server as ServerKind, settings.events, (index, edition) => eventFile(index, from, 235, edition));
  const samples: Sample[] = [];
  try {
    // Servers keep what they have once read; whoever came first would pay for all.
    await runRound(server, { ...settings, phases: ["first"] }, [contenders.includes("bare-list") ? "bare-list" : "bare-fetch"], files, []);
    for (let round = 1; round <= settings.rounds; round += 1) {
      process.stderr.write(`${settings.server}: round ${round} of ${settings.rounds}\n`);
      await runRound(server, settings, contenders, files, samples);
    }
  } finally {
    await server.close();
  }
  return samples;
}

function rowsOf(kind: string, settings: CaldavSettings, samples: readonly Sample[]): string[][] {
  const of = (contender: string, phase: string, name: "wallMs" | "cpuMs" | "peakMb" | "requests" | "withoutLogin" | "bytes"): number =>
    median(samples.filter((sample) => sample.contender === contender && sample.phase === phase).map((sample) => sample[name]));
  const ours = (name: Parameters<typeof of>[2]): number => of("kalends-sync", "first", name);
  const ratio = (value: number): string => (Number.isFinite(value) ? times(value) : "-");
  return [
    [
      kind,
      (ours("wallMs") / 1000).toFixed(1), (ours("cpuMs") / 1000).toFixed(2), ours("peakMb").toFixed(0), ours("requests").toFixed(0), (ours("bytes") / 1e6).toFixed(2),
      ratio(ours("wallMs") / of("bare-list", "first", "wallMs")), ratio(ours("cpuMs") / of("bare-list", "first", "cpuMs")),
      settings.left.has("vdirsyncer") ? "-" : ratio(of("vdirsyncer", "first", "wallMs") / ours("wallMs")),
      (of("kalends-sync", "none", "requests") - of("kalends-sync", "none", "withoutLogin")).toFixed(0), (of("kalends-sync", "none", "wallMs") / 1000).toFixed(2),
    ],
  ];
}
