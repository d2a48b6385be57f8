import { formatFreeBusyTable } from "@kalends/availability";
import { utcToLocalIso } from "@kalends/ical";
import { systemClock } from "../platform/system-clock.ts";
import { names } from "./free-busy.ts";
import { localInstant } from "./local-instant.ts";
import { openDemo } from "./open-demo.ts";
import { workingDays } from "./working-days.ts";

/** `kalends demo --once`: the whole line once, on the built-in calendar servers, ending with the free-busy table. */
export async function demoOnce(seed: number): Promise<void> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const started = systemClock.now();
  const demo = await openDemo({ seed, pollEveryMs: 60_000 });
  try {
    say("Two calendar servers run on this machine, with four people in four time zones:");
    for (const { name, zone, provider } of demo.world.people) say(`  ${name} (${zone}), ${provider === "google" ? "Google" : "CalDAV"}`);
    const report = await demo.kalends.sync();
    const events = report.calendars.reduce((sum, { created }) => sum + created, 0);
    say(`Connected and synced ${report.calendars.length} calendars with ${events} events in ${((systemClock.now() - started) / 1_000).toFixed(1)} s.`);
    const edit = await demo.world.editOnce();
    const head = await demo.kalends.changesHead();
    await demo.kalends.sync();
    const news = (await demo.kalends.changesHead()) - head;
    say(`Then ${edit}: the next sync read ${news} change${news === 1 ? "" : "s"}.\n`);

    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const now = systemClock.now();
    const [from, to] = workingDays(utcToLocalIso(zone, now).slice(0, 10)).map((day) => localInstant("--from", day, zone)) as [string, string];
    const answer = await demo.kalends.freeBusy({ accounts: demo.accounts.map(({ id }) => id), from, to, whenStale: "fail" });
    process.stdout.write(formatFreeBusyTable(answer, { zone, names: await names(demo.kalends) }));
    say("\nWithout --once, the same is a live page in the browser.");
    if (!report.ok) process.exitCode = 1;
  } finally {
    await demo.close();
  }
}
