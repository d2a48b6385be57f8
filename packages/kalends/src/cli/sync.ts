import type { Command } from "commander";
import type { SyncManyOptions, SyncManyReport } from "@kalends/core";
import type { Kalends } from "../create-kalends.ts";
import { systemClock } from "../platform/system-clock.ts";
import { CalendarNames } from "./calendar-names.ts";
import { createProgressBar, type ProgressBar } from "./output/progress-bar.ts";
import { findAccount, withKalends } from "./open.ts";
import { listenForStop, stoppedExitCode } from "./stop-signal.ts";

interface SyncFlags {
  account?: string;
  watch?: boolean;
  fresh?: boolean;
  json?: boolean;
}

/** `kalends sync`: what was applied when it is stopped stays, and the next run goes on from there. */
export async function sync(flags: SyncFlags, command: Command): Promise<void> {
  const stop = listenForStop(systemClock.now);
  await withKalends(command, async (kalends) => {
    const names = new CalendarNames(kalends);
    await names.read();
    const bar = createProgressBar(flags.json === true ? { write: () => undefined } : process.stderr, systemClock, (id) => names.of(id));
    const report = await runOnce(kalends, flags, bar, stop);
    bar.end();
    if (flags.json === true) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    else await printSummary(kalends, report, stop.aborted);
    if (stop.aborted) process.exitCode = stoppedExitCode;
    else if (!report.ok) process.exitCode = 1;
    if (flags.watch === true && !stop.aborted) await watch(kalends, stop);
  });
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

async function printSummary(kalends: Kalends, report: SyncManyReport, stopped: boolean): Promise<void> {
  const labels = new Map((await kalends.listConnections()).map(({ id, label }) => [id, label.replace(/\p{C}/gu, "?")]));
  const said = new Set(report.calendars.map(({ error }) => error?.code));
  for (const { connectionId, error } of report.connections) {
    if (said.has(error.code) || (stopped && error.code === "aborted")) continue;
    process.stderr.write(`${labels.get(connectionId) ?? connectionId}: ${error.message} (${error.code})\n  what to do: ${error.remedy}\n`);
  }
  if (report.calendars.length === 0 && report.connections.length === 0 && !stopped) {
    process.stdout.write("Nothing is connected yet: kalends connect caldav you@example.com\n");
    return;
  }
  process.stdout.write(`${summaryLine(report)}\n`);
  if (stopped) process.stdout.write("Stopped. What was read is stored; the next sync goes on from there.\n");
}

function summaryLine({ calendars }: SyncManyReport): string {
  const sum = { created: 0, updated: 0, removed: 0 };
  for (const one of calendars) for (const kind of ["created", "updated", "removed"] as const) sum[kind] += one[kind];
  const done = calendars.filter(({ ok }) => ok).length;
  const of = done === calendars.length ? "" : ` of ${calendars.length}`;
  const noun = calendars.length === 1 ? "calendar" : "calendars";
  return `Synced ${done}${of} ${noun}: ${sum.created} new, ${sum.updated} changed, ${sum.removed} removed.`;
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
