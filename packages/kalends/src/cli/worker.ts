import type { Command } from "commander";
import { createKalends, type Kalends } from "../create-kalends.ts";
import { systemClock } from "../platform/system-clock.ts";
import { findOpenTelemetry } from "../platform/find-open-telemetry.ts";
import { assertDatabase, resolveOptions } from "./open.ts";
import { serveHealth, type HealthAddress } from "./serve-health.ts";
import { listenForStop } from "./stop-signal.ts";

interface WorkerFlags {
  concurrency?: number;
  grace: number;
  health?: HealthAddress;
}

/** `kalends worker`: runs jobs until a signal; the first lets running jobs end, a second one ends the process at once. */
export async function worker(flags: WorkerFlags, command: Command): Promise<void> {
  const stop = listenForStop(systemClock.now);
  const options = resolveOptions(command);
  assertDatabase(options.database);
  const telemetry = await findOpenTelemetry();
  const settings = flags.concurrency === undefined ? {} : { settings: { concurrency: flags.concurrency } };
  const kalends = await createKalends({ ...options, ...settings, ...(telemetry === null ? {} : { telemetry }) });
  try {
    const health = flags.health === undefined ? null : await serveHealth(kalends.scheduler, flags.health, systemClock);
    if (health !== null) process.stdout.write(`health: ${health.url}\n`);
    kalends.start();
    process.stdout.write("working; stop with Ctrl-C or SIGTERM\n");
    await untilAborted(stop);
    await stopWork(kalends, flags.grace);
    await health?.close();
  } finally {
    await kalends.close();
  }
  process.stdout.write("stopped\n");
}

async function stopWork({ scheduler }: Kalends, graceSeconds: number): Promise<void> {
  const { running } = scheduler.state();
  if (running > 0) process.stdout.write(`stopping: ${running} running, at most ${graceSeconds} s more; a second signal ends at once\n`);
  await scheduler.stop(graceSeconds * 1_000);
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    // The scheduler's timers do not hold the process, this one does.
    const hold = (): void => void systemClock.sleep(60_000, signal).then(hold, () => resolve());
    hold();
  });
}
