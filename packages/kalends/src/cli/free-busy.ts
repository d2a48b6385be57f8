import type { Command } from "commander";
import { formatFreeBusyTable } from "@kalends/availability";
import { assertZone } from "@kalends/ical";
import type { StalePolicy } from "@kalends/model";
import type { Kalends } from "../create-kalends.ts";
import { localInstant } from "./local-instant.ts";
import { findAccount, withKalends } from "./open.ts";

interface FreeBusyFlags {
  from: string;
  to: string;
  tz?: string;
  account?: string[];
  calendar?: string[];
  whenStale: StalePolicy;
  json?: boolean;
}

/** `kalends free-busy --from --to` */
export async function freeBusy(flags: FreeBusyFlags, command: Command): Promise<void> {
  await withKalends(command, async (kalends) => {
    const zone = flags.tz ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    assertZone(zone);
    const everybody = flags.account === undefined && flags.calendar === undefined;
    const accounts = everybody
      ? (await kalends.listAccounts()).map(({ id }) => id)
      : await Promise.all((flags.account ?? []).map((name) => findAccount(kalends, name)));
    const answer = await kalends.freeBusy({
      accounts,
      calendars: flags.calendar ?? [],
      from: localInstant("--from", flags.from, zone),
      to: localInstant("--to", flags.to, zone),
      whenStale: flags.whenStale,
    });
    process.stdout.write(flags.json === true ? `${JSON.stringify(answer, null, 2)}\n` : formatFreeBusyTable(answer, { zone, names: await names(kalends) }));
  });
}

/** What to call accounts and calendars in a table. */
export async function names(kalends: Kalends): Promise<{ accounts: Map<string, string>; calendars: Map<string, string> }> {
  return {
    accounts: new Map((await kalends.listAccounts()).map((account) => [account.id, account.displayName ?? account.externalId ?? account.id])),
    calendars: new Map((await kalends.listCalendars()).map(({ id, name }) => [id, name])),
  };
}
