import type { ServerKind } from "@kalends/testing";
import { numberOption } from "../measure/arguments.ts";
import { buildContenders } from "../measure/build-contenders.ts";
import { eventFile } from "./make-events.ts";
import { printReport } from "./print-report.ts";
import { startRealServer } from "./real-server.ts";
import { startReplayServer } from "./replay-server.ts";
import { runRound } from "./run-round.ts";
import type { CaldavSettings, Sample } from "./sample.ts";
import { missingVdirsyncer } from "./vdirsyncer.ts";

/** Kalends first; all but the last are built programs. */
const built = ["kalends-sync", "bare-fetch", "floor", "floor-obliged", "tsdav-bare", "tsdav-smart"];

/**
 * First sync, a sync without changes, and one after 1 % changed, of one calendar, by Kalends, by a bare fetch, by a floor, by tsdav and by
 * vdirsyncer. Phase by phase in turn, so that a busy machine slows all alike; medians of `--rounds`.
 */
export async function runCaldavBench(options: ReadonlyMap<string, string>): Promise<void> {
  const settings: CaldavSettings = {
    events: numberOption(options, "events", 10_000),
    rounds: numberOption(options, "rounds", 3),
    server: options.get("server") ?? "replay",
    left: new Map(),
    phases: ["first", "none", "changed"],
  };
  const files = await buildContenders(built.map((name) => `caldav/contenders/${name}.ts`));
  const missing = missingVdirsyncer();
  if (missing !== null) settings.left.set("vdirsyncer", missing);
  const wanted = options.get("only")?.split(",") ?? [...built, "vdirsyncer"];
  const contenders = [...built, "vdirsyncer"].filter((name) => wanted.includes(name) && !settings.left.has(name));
  // All inside Kalends' query window, so that nothing is left out of the work.
  const from = Date.now() - 40 * 86_400_000;
  const textOf = (index: number, edition: number): string => eventFile(index, from, 235, edition);
  const server =
    settings.server === "replay"
      ? await startReplayServer(settings.events, textOf)
      : await startRealServer(settings.server as ServerKind, settings.events, textOf);
  const samples: Sample[] = [];
  try {
    for (let round = 1; round <= settings.rounds; round += 1) {
      process.stderr.write(`round ${round} of ${settings.rounds}\n`);
      await runRound(server, settings, contenders, files, samples);
    }
  } finally {
    await server.close();
  }
  printReport(settings, server.name, contenders, samples);
}
