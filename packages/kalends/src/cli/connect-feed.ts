import type { Command } from "commander";
import { assertZone } from "@kalends/ical";
import { Secret } from "@kalends/model";
import { openAccount, rememberAllowedHosts, type AccountOptions } from "./connect-caldav.ts";
import { withKalends } from "./open.ts";
import { readPassword } from "./read-password.ts";
import { plainText } from "./output/plain-text.ts";

interface FeedOptions extends AccountOptions {
  account: string;
  addressStdin?: boolean;
}

/** `kalends connect feed [ADDRESS]`. The address is a secret, so it may also be typed unseen or piped in, past the shell's history. */
export async function connectFeed(address: string | undefined, options: FeedOptions, command: Command): Promise<void> {
  if (options.tz !== undefined) assertZone(options.tz);
  await withKalends(command, async (kalends) => {
    const secret = address === undefined ? await readPassword("Address of the calendar (https:// or webcal://): ", options.addressStdin === true) : new Secret(address);
    const { id: accountId, isNew } = await openAccount(kalends, options.account, options);
    const result = await kalends.connectFeed({ accountId, address: secret });
    const verb = result.reconnected ? "Reconnected" : "Connected";
    process.stdout.write(`${verb} a feed of ${plainText(result.connection.label)} for the account ${options.account}${isNew ? " (new)" : ""}.\n`);
    for (const { name } of result.calendars) process.stdout.write(`  calendar: ${plainText(name)}\n`);
  });
  rememberAllowedHosts(command);
  process.stdout.write("\nNext: kalends sync\n");
}
