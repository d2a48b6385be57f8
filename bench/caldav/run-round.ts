import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Usage } from "../measure/own-usage.ts";
import { runChild } from "../measure/run-child.ts";
import type { Phase, Task } from "./contender.ts";
import type { CaldavSettings, Sample } from "./sample.ts";
import type { BenchServer } from "./server.ts";
import { runVdirsyncer } from "./vdirsyncer.ts";

/** Every contender in every phase once, phase by phase in turn. One that fails against a real server is left out, with what it said. */
export async function runRound(
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
    for (const phase of settings.phases) {
      if (phase === "changed") await server.change(onePercent);
      for (const contender of contenders) {
        if (settings.left.has(contender)) continue;
        server.takeCounts();
        const usage = await run(contender, phase).catch((thrown: unknown) => {
          if (settings.server === "replay" || contender === "kalends-sync") throw thrown;
          settings.left.set(contender, String(thrown).slice(0, 300));
          return null;
        });
        if (usage === null) continue;
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
