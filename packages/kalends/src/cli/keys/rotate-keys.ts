import type { Command } from "commander";
import { systemClock } from "../../platform/system-clock.ts";
import { withKalends } from "../open.ts";
import { listenForStop, stoppedExitCode } from "../stop-signal.ts";

/** `kalends keys rotate`: while everything goes on; stopped at any time, the next run goes on from there. */
export async function rotateKeys(flags: { dryRun?: boolean; as?: string; json?: boolean }, command: Command): Promise<void> {
  const stop = listenForStop(systemClock.now);
  await withKalends(command, async (kalends) => {
    const report = await kalends.keys.rotate({
      signal: stop,
      dryRun: flags.dryRun === true,
      onProgress: ({ done, total }) => void (flags.json !== true && process.stderr.write(`rewrapped ${done} of ${total}\n`)),
      ...(flags.as === undefined ? {} : { actor: flags.as }),
    });
    if (flags.json === true) process.stdout.write(`${JSON.stringify(report)}\n`);
    else if (flags.dryRun === true) process.stdout.write(`${report.found} data keys would be rewrapped under the primary key ${report.primary}.\n`);
    else if (report.left === 0) process.stdout.write(`Done: every data key is under the primary key ${report.primary}; ${report.rewrapped} were rewrapped.\n`);
    else process.stdout.write(`${report.rewrapped} data keys were rewrapped, ${report.left} are left. Run it again.\n`);
    if (report.left > 0 && flags.dryRun !== true) process.exitCode = stop.aborted ? stoppedExitCode : 1;
  });
}
