import type { Command } from "commander";
import { formatFreeBusyTable } from "@kalends/availability";
import { assertZone } from "@kalends/ical";
import { KalendsError, type StalePolicy } from "@kalends/model";
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
      ? await connectedAccounts(kalends)
      : await Promise.all((flags.account ?? []).map((name) => findAccount(kalends, name)));
    const [from, to] = [localInstant("--from", flags.from, zone), localInstant("--to", flags.to, zone)];
    if (from >= to) throw new KalendsError("invalid-argument", "--to must be later than --from; it is not included itself");
    const known = await names(kalends);
    const question = { accounts, calendars: flags.calendar ?? [], from, to, whenStale: flags.whenStale };
    const answer = await kalends.freeBusy(question).catch((thrown: unknown) => {
      throw withNames(thrown, known);
    });
    process.stdout.write(flags.json === true ? `${JSON.stringify(answer, null, 2)}\n` : formatFreeBusyTable(answer, { zone, names: known }));
  });
}

/** Everybody who has a calendar. An account whose first login failed has none yet, and must not make every answer unsure. */
async function connectedAccounts(kalends: Kalends): Promise<string[]> {
  const ids = [...new Set((await kalends.listConnections()).map(({ accountId }) => accountId))];
  if (ids.length > 0) return ids;
  throw new KalendsError("invalid-argument", "Nothing is connected yet", { remedy: "kalends connect caldav you@example.com" });
}

/** Says names where the engine, which does not tell them to anybody, says ids. */
function withNames(thrown: unknown, known: Names): unknown {
  if (!(thrown instanceof KalendsError) || thrown.code !== "calendar-stale") return thrown;
  const message = thrown.message.replace(/\b(?:acc|cal)_[0-9a-z]+/g, (id) => (known.calendars.get(id) ?? known.accounts.get(id) ?? id).replace(/\p{C}/gu, "?"));
  const remedy = message.includes("stored only from")
    ? "Ask within what is stored, or say what the rest means: --when-stale treat-as-busy or ignore."
    : "Run `kalends sync`, or say what such a calendar means: --when-stale treat-as-busy or ignore.";
  return new KalendsError(thrown.code, message, { remedy, cause: thrown });
}

interface Names {
  accounts: Map<string, string>;
  calendars: Map<string, string>;
}

/** What to call accounts and calendars in a table. */
export async function names(kalends: Kalends): Promise<Names> {
  return {
    accounts: new Map((await kalends.listAccounts()).map((account) => [account.id, account.displayName ?? account.externalId ?? account.id])),
    calendars: new Map((await kalends.listCalendars()).map(({ id, name }) => [id, name])),
  };
}
