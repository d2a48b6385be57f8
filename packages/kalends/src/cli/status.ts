import type { Command } from "commander";
import type { CalendarStatus, ConnectionStatus, DeadLetterStatus } from "@kalends/model";
import { systemClock } from "../platform/system-clock.ts";
import { showDeadLetters } from "./dead-letters.ts";
import { showAge } from "./output/show-age.ts";
import { plainText } from "./output/plain-text.ts";
import { textTable } from "./output/text-table.ts";
import { findAccount, withKalends } from "./open.ts";

/** `kalends status` */
export async function status(flags: { account?: string; json?: boolean }, command: Command): Promise<void> {
  await withKalends(command, async (kalends) => {
    const accountId = flags.account === undefined ? undefined : await findAccount(kalends, flags.account);
    const connections = await kalends.status(accountId);
    const letters = await kalends.deadLetters();
    if (flags.json === true) {
      const told = connections.map((connection) => ({ ...connection, deadLetters: lettersOf(connection, letters) }));
      process.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
      return;
    }
    const accounts = new Map((await kalends.listAccounts()).map((account) => [account.id, account.externalId ?? account.id]));
    if (connections.length === 0) process.stdout.write("Nothing is connected yet: kalends connect caldav you@example.com\n");
    for (const connection of connections) {
      const account = accounts.get(connection.accountId) ?? connection.accountId;
      process.stdout.write(`${plainText(connection.label)} (${connection.provider}, account ${plainText(account)}): ${connection.state}\n`);
      const said = connection.error?.code;
      if (connection.error !== null) process.stdout.write(`  ${connection.error.code}: ${connection.error.remedy}\n`);
      const rows = connection.calendars.map((calendar) => calendarRow(calendar));
      if (rows.length > 0) process.stdout.write(indent(textTable([["CALENDAR", "PHASE", "LAST SYNC", "NEXT TRY", "OBJECTS", "SET ASIDE"], ...rows])));
      for (const { name, error } of connection.calendars) {
        // What is wrong with the whole connection is said once.
        if (error !== null && error.code !== said) process.stdout.write(`  ${plainText(name)}: ${error.code}: ${error.remedy}\n`);
      }
    }
    const shown = accountId === undefined ? letters : connections.flatMap((connection) => lettersOf(connection, letters));
    if (shown.length > 0) process.stdout.write(showDeadLetters(shown));
  });
}

/** Jobs of a connection and its calendars that were set aside. */
function lettersOf({ connectionId, calendars }: ConnectionStatus, letters: readonly DeadLetterStatus[]): DeadLetterStatus[] {
  const subjects = [connectionId, ...calendars.map(({ calendarId }) => calendarId)];
  return letters.filter(({ subject }) => subjects.includes(subject));
}

function calendarRow(calendar: CalendarStatus): string[] {
  const last = calendar.freshnessMs === null ? "never" : `${showAge(calendar.freshnessMs)} ago`;
  return [calendar.name, calendar.phase, last, nextTry(calendar), String(calendar.objects), String(calendar.quarantined)];
}

function nextTry({ nextTry: at }: CalendarStatus): string {
  if (at === null) return "-";
  const waitMs = Date.parse(at) - systemClock.now();
  return waitMs <= 0 ? "due" : `in ${showAge(waitMs)}`;
}

const indent = (text: string): string => text.replace(/^(?=.)/gm, "  ");
