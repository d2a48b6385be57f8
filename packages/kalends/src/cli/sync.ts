import type { Command } from "commander";
import type { SyncManyOptions, SyncManyReport, SyncReport } from "@kalends/core";
import type { Kalends } from "../create-kalends.ts";
import { systemClock } from "../platform/system-clock.ts";
import { createProgressBar, type ProgressBar } from "./output/progress-bar.ts";
import { findAccount, withKalends } from "./open.ts";

interface SyncFlags {
  account?: string;
  watch?: boolean;
  fresh?: boolean;
  json?: boolean;
}

/** `kalends sync`: what was applied when it is stopped stays, and the next run goes on from there. */
export async function sync(flags: SyncFlags, command: Command): Promise<void> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);
  try {
    await withKalends(command, async (kalends) => {
      const bar = createProgressBar(flags.json === true ? { write: () => undefined } : process.stderr, systemClock, await calendarNames(kalends));
      const report = await runOnce(kalends, flags, bar, stop.signal);
      bar.end();
      if (flags.json === true) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
      else printSummary(report, stop.signal.aborted);
      if (!report.ok) process.exitCode = 1;
      if (flags.watch === true && !stop.signal.aborted) await watch(kalends, stop.signal);
    });
  } finally {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}

async function calendarNames(kalends: Kalends): Promise<Map<string, string>> {
  return new Map((await kalends.listCalendars()).map(({ id, name }) => [id, name]));
}

async function runOnce(kalends: Kalends, flags: SyncFlags, bar: ProgressBar, signal: AbortSignal): Promise<SyncManyReport> {
  const accountId = flags.account === undefined ? undefined : await findAccount(kalends, flags.account);
  const options: SyncManyOptions = {
    signal,
    fresh: flags.fresh === true,
    onProgress: bar.progress,
    onReport: bar.report,
    ...(accountId === undefined ? {} : { accountId }),
  };
  return kalends.sync(options);
}

function printSummary(report: SyncManyReport, stopped: boolean): void {
  for (const { connectionId, error } of report.connections) {
    process.stderr.write(`connection ${connectionId}: ${error.message} (${error.code})\n  what to do: ${error.remedy}\n`);
  }
  const sum = (pick: (one: SyncReport) => number): number => report.calendars.reduce((total, one) => total + pick(one), 0);
  const calendars = `${report.calendars.length} calendar${report.calendars.length === 1 ? "" : "s"}`;
  const counts = `${sum((one) => one.created)} new, ${sum((one) => one.updated)} changed, ${sum((one) => one.removed)} removed`;
  process.stdout.write(`${stopped ? "Stopped after" : "Synced"} ${calendars}: ${counts}.\n`);
  if (stopped) process.stdout.write("What was read is stored; the next sync goes on from there.\n");
  if (report.calendars.length === 0 && report.connections.length === 0) process.stdout.write("Nothing is connected yet: kalends connect caldav you@example.com\n");
}

async function watch(kalends: Kalends, signal: AbortSignal): Promise<void> {
  process.stdout.write("Watching for changes; stop with Ctrl-C.\n");
  kalends.onChange(() => void kalends.changesHead().then((head) => process.stdout.write(`changes up to number ${head}\n`)));
  kalends.start();
  await new Promise<void>((resolve) => {
    // The scheduler's timers do not hold the process, this one does.
    const hold = (): void => void systemClock.sleep(60_000, signal).then(hold, () => resolve());
    hold();
  });
}
