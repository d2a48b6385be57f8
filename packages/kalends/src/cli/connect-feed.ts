import type { Command } from "commander";
import { assertZone } from "@kalends/ical";
import { KalendsError, Secret } from "@kalends/model";
import type { Kalends } from "../create-kalends.ts";
import { openAccount, rememberAllowedHosts, type AccountOptions } from "./connect-caldav.ts";
import { findAccount, withKalends } from "./open.ts";
import { readPassword } from "./read-password.ts";
import { subscriptionSource } from "./subscriptions.ts";
import { plainText } from "./output/plain-text.ts";

interface FeedOptions extends AccountOptions {
  account: string;
  addressStdin?: boolean;
  subscription?: string;
}

/** `kalends connect feed [ADDRESS]`. The address is a secret, so it may also be typed unseen or piped in, past the shell's history. */
export async function connectFeed(address: string | undefined, options: FeedOptions, command: Command): Promise<void> {
  if (options.tz !== undefined) assertZone(options.tz);
  await withKalends(command, async (kalends) => {
    const secret = options.subscription === undefined ? await typedAddress(address, options) : await followed(kalends, address, options, options.subscription);
    const { id: accountId, isNew } = await openAccount(kalends, options.account, options);
    const result = await kalends.connectFeed({ accountId, address: secret });
    const verb = result.reconnected ? "Reconnected" : "Connected";
    process.stdout.write(`${verb} a feed of ${plainText(result.connection.label)} for the account ${options.account}${isNew ? " (new)" : ""}.\n`);
    for (const { name } of result.calendars) process.stdout.write(`  calendar: ${plainText(name)}\n`);
  });
  rememberAllowedHosts(command);
  process.stdout.write("\nNext: kalends sync\n");
}

async function typedAddress(address: string | undefined, options: FeedOptions): Promise<Secret> {
  return address === undefined ? await readPassword("Address of the calendar (https:// or webcal://): ", options.addressStdin === true) : new Secret(address);
}

/** A feed that the account follows at a provider is known by its name there. */
async function followed(kalends: Kalends, address: string | undefined, options: FeedOptions, name: string): Promise<Secret> {
  if (address !== undefined || options.addressStdin === true) throw new KalendsError("invalid-argument", "A subscription has its own address; give one or the other");
  return await subscriptionSource(kalends, await findAccount(kalends, options.account), name);
}
