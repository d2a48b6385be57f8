import type { Command } from "commander";
import { textTable } from "./output/text-table.ts";
import { findAccount, withKalends } from "./open.ts";
import { printSubscriptions } from "./subscriptions.ts";

/** `kalends calendars` */
export async function calendars(flags: { account?: string; json?: boolean; subscriptions?: boolean }, command: Command): Promise<void> {
  await withKalends(command, async (kalends) => {
    const accountId = flags.account === undefined ? undefined : await findAccount(kalends, flags.account);
    if (flags.subscriptions === true) return await printSubscriptions(kalends, accountId, flags.json === true);
    const list = await kalends.listCalendars(accountId === undefined ? {} : { accountId });
    const accounts = new Map((await kalends.listAccounts()).map((account) => [account.id, account.externalId ?? account.id]));
    if (flags.json === true) {
      const plain = list.map(({ id, name, color, timeZone, readOnly, accountId: owner, connectionId }) => {
        return { id, name, color, timeZone, readOnly, accountId: owner, connectionId };
      });
      process.stdout.write(`${JSON.stringify(plain, null, 2)}\n`);
      return;
    }
    const rows = list.map(({ id, name, timeZone, readOnly, accountId: owner }) => [name, accounts.get(owner) ?? owner, timeZone ?? "-", readOnly ? "read-only" : "", id]);
    process.stdout.write(list.length === 0 ? "No calendars yet: kalends connect caldav you@example.com\n" : textTable([["CALENDAR", "ACCOUNT", "ZONE", "", "ID"], ...rows]));
  });
}
