import type { SyncManyReport } from "@kalends/core";
import { utcToLocalIso } from "@kalends/ical";
import { KalendsError } from "@kalends/model";
import { systemClock } from "../platform/system-clock.ts";
import { CalendarNames } from "./calendar-names.ts";
import { createProgressBar } from "./output/progress-bar.ts";
import { demoOnce } from "./demo-once.ts";
import { openDemo, type OpenedDemo } from "./open-demo.ts";
import { listenForStop } from "./stop-signal.ts";

interface DemoFlags {
  once?: boolean;
  port?: number;
  every: number;
  seed: number;
}

/** `kalends demo` */
export async function demo(flags: DemoFlags): Promise<void> {
  if (flags.once === true) return demoOnce(flags.seed);
  const stop = listenForStop(systemClock.now);
  const opened = await openDemo({ seed: flags.seed, pollEveryMs: 1_500, unconnected: "dana" });
  try {
    await runPage(opened, flags, stop);
  } finally {
    await opened.close();
  }
  process.stdout.write("Stopped; nothing was kept.\n");
}

async function firstSync({ kalends }: OpenedDemo): Promise<SyncManyReport> {
  const names = new CalendarNames(kalends);
  await names.read();
  const bar = createProgressBar(process.stderr, systemClock, (id) => names.of(id));
  const report = await kalends.sync({ onProgress: bar.progress, onReport: bar.report });
  bar.end();
  return report;
}

function portTaken(port: number | undefined): KalendsError {
  return new KalendsError("already-exists", `Port ${port} is in use`, { remedy: "Choose another, or leave --port out: a free one is found." });
}

async function runPage(opened: OpenedDemo, flags: DemoFlags, signal: AbortSignal): Promise<void> {
  const { world, kalends, accounts } = opened;
  // Loaded here, because no other command needs the page.
  const { kalendsDesk, kalendsSource, serveFreeBusy } = await import("@kalends/example-free-busy-web/server");
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  say(`A CalDAV server runs at ${world.url}, and a stand-in for Google at ${world.google.url}`);
  await firstSync(opened);
  const source = kalendsSource(kalends, { connect: [{ provider: "google", name: "Google Calendar" }] });
  const page = await serveFreeBusy(source, {
    title: "Kalends demo",
    connect(pageUrl) {
      const desk = kalendsDesk(kalends, pageUrl, { loginOf: (id) => accounts.find((account) => account.id === id)?.username });
      opened.allowCallback(desk.callbackOf("google"));
      return desk;
    },
    ...(flags.port === undefined ? {} : { port: flags.port }),
  }).catch((thrown: unknown) => {
    throw (thrown as NodeJS.ErrnoException).code === "EADDRINUSE" ? portTaken(flags.port) : thrown;
  });
  kalends.start();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const stopEditing = world.startEditing(flags.every * 1_000, (sentence) => say(`  ${utcToLocalIso(zone, systemClock.now()).slice(11, 19)}  ${sentence}`));
  say(`\nOpen ${page.url}\n`);
  say(`Every ${flags.every} s somebody edits a calendar, as another client would; Kalends polls, and the page`);
  say("follows. Stop with Ctrl-C.\n");
  const [waiting] = accounts.filter(({ connected }) => !connected);
  if (waiting) say(`${waiting.name} has not connected yet: press "Connect Google Calendar" on the page.`);
  say(`Take access back at ${world.google.url}connections and watch the page ask for it again.\n`);
  try {
    // A sleep keeps the process alive, unlike the scheduler's timers.
    while (!signal.aborted) await systemClock.sleep(3_600_000, signal).catch(() => undefined);
  } finally {
    stopEditing();
    await page.close();
  }
}
