import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServerKind } from "@kalends/testing";
import { numberOption } from "../measure/arguments.ts";
import { buildContenders } from "../measure/build-contenders.ts";
import type { Usage } from "../measure/own-usage.ts";
import { runChild } from "../measure/run-child.ts";
import type { Phase, Task } from "./contender.ts";
import { eventFile } from "./make-events.ts";
import { printReport } from "./print-report.ts";
import { startRealServer } from "./real-server.ts";
import { startReplayServer } from "./replay-server.ts";
import type { CaldavSettings, Sample } from "./sample.ts";
import type { BenchServer } from "./server.ts";
import { missingVdirsyncer, runVdirsyncer } from "./vdirsyncer.ts";

/** Kalends first; all but the last are built programs. */
const built = ["kalends-sync", "bare-fetch", "floor", "tsdav-bare", "tsdav-smart"];
const phases: readonly Phase[] = ["first", "none", "changed"];

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

async function runRound(
  server: BenchServer,
  settings: CaldavSettings,
  contenders: readonly string[],
  files: ReadonlyMap<string, string>,
  samples: Sample[],
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "kalends-bench-"));
  const onePercent = Math.max(1, Math.round(settings.events / 100));
  const run = async (contender: string, phase: Phase): Promise<Usage> => {
    const { baseUrl, calendarUrl, username, password } = server;
    const own = join(folder, contender);
    mkdirSync(own, { recursive: true });
    const task: Task = { phase, baseUrl, calendarUrl, username, password, folder: own };
    const file = files.get(contender);
    return file === undefined ? await runVdirsyncer(task) : await runChild(file, [JSON.stringify(task)]);
  };
  try {
    for (const contender of contenders) if (contender === "kalends-sync" || contender === "vdirsyncer") await run(contender, "setup");
    for (const phase of phases) {
      if (phase === "changed") await server.change(onePercent);
      for (const contender of contenders) {
        server.takeCounts();
        const usage = await run(contender, phase);
        samples.push({ ...usage, ...server.takeCounts(), contender, phase });
        requireWork(usage, contender, { first: settings.events, none: 0, changed: onePercent, setup: 0 }[phase]);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A contender that did less than the others would look fast. */
function requireWork(usage: Usage, contender: string, items: number): void {
  const done = usage.facts["items"];
  if (done !== null && done !== undefined && done !== items) throw new Error(`${contender} read ${done} items instead of ${items}`);
}
