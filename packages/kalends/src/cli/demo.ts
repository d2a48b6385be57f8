import type { SyncManyReport } from "@kalends/core";
import { systemClock } from "../platform/system-clock.ts";
import { createProgressBar } from "./output/progress-bar.ts";
import { demoOnce } from "./demo-once.ts";
import { openDemo, type OpenedDemo } from "./open-demo.ts";

interface DemoFlags {
  once?: boolean;
  port?: number;
  every: number;
  seed: number;
}

/** `kalends demo` */
export async function demo(flags: DemoFlags): Promise<void> {
  if (flags.once === true) return demoOnce(flags.seed);
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);
  const opened = await openDemo({ seed: flags.seed, pollEveryMs: 1_500 });
  try {
    await runPage(opened, flags, stop.signal);
  } finally {
    await opened.close();
  }
}

async function firstSync({ kalends }: OpenedDemo): Promise<SyncManyReport> {
  const names = new Map((await kalends.listCalendars()).map(({ id, name }) => [id, name]));
  const bar = createProgressBar(process.stderr, systemClock, names);
  const report = await kalends.sync({ onProgress: bar.progress, onReport: bar.report });
  bar.end();
  return report;
}

async function runPage(opened: OpenedDemo, flags: DemoFlags, signal: AbortSignal): Promise<void> {
  const { world, kalends, accounts } = opened;
  // Loaded here, because no other command needs the page.
  const { kalendsSource, serveFreeBusy } = await import("@kalends/example-free-busy-web/server");
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  say(`A calendar server with ${accounts.length} people runs at ${world.url}`);
  await firstSync(opened);
  const page = await serveFreeBusy(kalendsSource(kalends), {
    title: "Four people, four time zones",
    ...(flags.port === undefined ? {} : { port: flags.port }),
  });
  kalends.start();
  const stopEditing = world.startEditing(flags.every * 1_000, (sentence) => say(`  ${new Date(systemClock.now()).toISOString().slice(11, 19)}  ${sentence}`));
  say(`\nOpen ${page.url}\n`);
  say(`Somebody edits a calendar every ${flags.every} s, as another client would; Kalends polls, and the page follows. Stop with Ctrl-C.`);
  try {
    // A sleep keeps the process alive, unlike the scheduler's timers.
    while (!signal.aborted) await systemClock.sleep(3_600_000, signal).catch(() => undefined);
  } finally {
    stopEditing();
    await page.close();
  }
}
